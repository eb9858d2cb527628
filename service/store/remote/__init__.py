"""Bytes by digest in an S3 bucket, with a bounded cache of local files before it."""
