from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fleet', '0004_add_tablets'),
    ]

    operations = [
        migrations.AddField(
            model_name='dooroptions',
            name='show_session_codes',
            field=models.BooleanField(default=False),
        ),
    ]
