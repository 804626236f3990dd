"""Delivers signed webhooks to subscribers, retries, and records every attempt."""
