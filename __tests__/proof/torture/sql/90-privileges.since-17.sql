GRANT MAINTAIN ON cons.tree TO torture_app;
