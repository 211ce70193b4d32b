"""A kind of customer that is the platform's own, for probes to try the forbidden on."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("tenancy", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="customer",
            name="kind",
            field=models.TextField(
                choices=[("customer", "Customer"), ("operator", "Operator"), ("canary", "Canary")]
            ),
        ),
        migrations.RemoveConstraint(model_name="customer", name="tenancy_customer_kind"),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["customer", "operator", "canary"])), name="tenancy_customer_kind"
            ),
        ),
    ]
