"""The views of a lake in a Spark session."""

from langdock_usage.spark.lake_views import views

__all__ = ["views"]
