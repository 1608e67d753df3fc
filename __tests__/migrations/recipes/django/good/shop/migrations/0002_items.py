from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_orders")]
    operations = [
        migrations.CreateModel(
            "Items", [("id", models.AutoField(primary_key=True))], options={"db_table": "django_items"}
        ),
        migrations.AddField("Orders", "paid_at", models.DateTimeField(null=True)),
    ]
