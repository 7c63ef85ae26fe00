"""An account on Bluesky, through the AT Protocol spoken as plain HTTP and JSON: no SDK."""
