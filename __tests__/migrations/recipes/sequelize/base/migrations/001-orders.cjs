module.exports = {
  up: (query, { DataTypes }) =>
    query.createTable('sequelize_orders', {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      note: DataTypes.TEXT,
    }),
};
