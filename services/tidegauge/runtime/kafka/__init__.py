"""The runtime on Apache Kafka: settings, connection, topics, outbox, event logs, the Faust worker."""
