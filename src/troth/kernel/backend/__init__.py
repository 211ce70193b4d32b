"""Django's PostgreSQL backend, whose connections say which process they belong to."""
