"""Composition roots on Kafka: `tidegauge monitor --log` and `tidegauge ingest --log`."""
