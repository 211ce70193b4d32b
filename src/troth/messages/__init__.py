"""Mail and alerts, queued in the transaction of what they tell of: a crash loses no notice, a rollback sends none."""
