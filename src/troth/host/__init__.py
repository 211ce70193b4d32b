"""The processes of one machine: configuration, embedded PostgreSQL, first start, supervisor."""
