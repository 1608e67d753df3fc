from alembic import op

revision = "002"
down_revision = "001"


def upgrade():
    op.drop_column("alembic_orders", "note")
