from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.CreateModel(
            "Orders",
            [("id", models.AutoField(primary_key=True)), ("note", models.TextField(null=True))],
            options={"db_table": "django_orders"},
        )
    ]
