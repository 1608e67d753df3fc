module.exports = { up: (query) => query.removeColumn('sequelize_orders', 'note') };
