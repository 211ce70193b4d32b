from django.db import migrations, models

from troth.kernel.migrations import ForeignKey, RoleDoor, Unwalled, Walled


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name='PackVersion',
            fields=[
                ('digest', models.TextField(primary_key=True, serialize=False)),
                ('pack', models.TextField()),
                ('version', models.IntegerField()),
                ('body', models.TextField()),
                ('published_at', models.DateTimeField()),
                ('event_id', models.UUIDField()),
            ],
            options={
                'db_table': 'policy_pack',
                'constraints': [models.UniqueConstraint(fields=('pack', 'version'), name='policy_pack_version')],
            },
        ),
        migrations.CreateModel(
            name='Activation',
            fields=[
                ('activation_id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.BigIntegerField(unique=True)),
                ('digest', models.TextField()),
                ('decided_at', models.DateTimeField()),
                ('effective_at', models.DateTimeField()),
                ('reason', models.BinaryField()),
                ('event_id', models.UUIDField()),
            ],
            options={
                'db_table': 'policy_activation',
                'constraints': [models.CheckConstraint(condition=models.Q(('effective_at__gte', models.F('decided_at'))), name='policy_activation_forward')],
            },
        ),
        migrations.CreateModel(
            name='AgreementVersion',
            fields=[
                ('pk', models.CompositePrimaryKey('customer_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField()),
                ('number', models.IntegerField()),
                ('reference', models.TextField()),
                ('body', models.TextField()),
                ('decided_at', models.DateTimeField()),
                ('event_id', models.UUIDField()),
            ],
            options={
                'db_table': 'policy_agreement',
            },
        ),
        # Versions and decisions are kept for ever: nobody but the owner's migrations could change or take one away.
        Unwalled("policy_pack", grants={"app": "SELECT, INSERT", "probe": "SELECT"}),
        Unwalled("policy_activation", grants={"app": "SELECT, INSERT", "probe": "SELECT"}),
        ForeignKey("policy_activation", ("digest",), "policy_pack"),
        Walled("policy_agreement", app="SELECT, INSERT"),
        # An agreement goes with its customer, by the hand that erases.
        RoleDoor("policy_agreement", role="keeper", grants="SELECT, DELETE"),
    ]
