from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_orders")]
    operations = [
        migrations.RemoveField("Orders", "note")
    ]
