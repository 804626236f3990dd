"""The published arithmetic of trade-remedy agreements, over plain arrays: no view, no rule, no books."""
