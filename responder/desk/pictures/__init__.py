"""Pure: numbers as specifications of pictures (Vega-Lite, https://vega.github.io)."""
