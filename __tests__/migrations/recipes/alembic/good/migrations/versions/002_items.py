import sqlalchemy as sa
from alembic import op

revision = "002"
down_revision = "001"


def upgrade():
    op.create_table("alembic_items", sa.Column("id", sa.Integer, primary_key=True))
    op.add_column("alembic_orders", sa.Column("paid_at", sa.DateTime))
