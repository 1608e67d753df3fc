module.exports = {
  up: (query) => query.addConstraint('sequelize_orders', { fields: ['note'], type: 'unique' }),
};
