module.exports = {
  up: async (query, { DataTypes }) => {
    await query.createTable('sequelize_items', { id: { type: DataTypes.INTEGER, primaryKey: true } });
    await query.addColumn('sequelize_orders', 'paid_at', DataTypes.DATE);
  },
};
