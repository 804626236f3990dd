"""The desk's pages: templates, static files, and what fills them."""
