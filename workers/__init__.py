"""The Celery application and the mathematics."""
