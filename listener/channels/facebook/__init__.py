"""A Facebook Page, through facebook-sdk: comments, visitors' and tagged posts, answered there."""
