"""Do the migrations say what the models say? Asked without a database."""

import os
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Name each app whose models have changed since its last migration, and each fork in its history."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"TROTH_HOME": home, "TROTH_PROCESS": "setup", "DJANGO_SETTINGS_MODULE": "troth.settings"}
        import django  # noqa: PLC0415 - reads the environment

        django.setup()
        from django.apps import apps  # noqa: PLC0415 - after the set-up
        from django.db.migrations.autodetector import MigrationAutodetector  # noqa: PLC0415 - after the set-up
        from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415 - after the set-up
        from django.db.migrations.state import ProjectState  # noqa: PLC0415 - after the set-up

        loader = MigrationLoader(None)
        detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
        ours = {config.label for config in apps.get_app_configs() if Path(config.path).is_relative_to(_SOURCE)}
        found = [
            f"{label}: {operation.describe()}"
            for label, migrations in detector.changes(graph=loader.graph).items()
            if label in ours
            for migration in migrations
            for operation in migration.operations
        ]
        found += [f"{label}: two last migrations {sorted(names)}" for label, names in loader.detect_conflicts().items()]
    sys.stdout.write("".join(f"{finding}; run `makemigrations`\n" for finding in found) or "migrations: in date\n")
    return 1 if found else 0


_SOURCE = Path(__file__).resolve().parents[1] / "src"

if __name__ == "__main__":
    sys.exit(main())
