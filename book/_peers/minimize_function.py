import tensorflow as tf

w = tf.Variable(3.0)
old = tf.compat.v1.train.GradientDescentOptimizer(0.1)
old.minimize(lambda: w**2, var_list=[w])
print(f"w = {float(w):.4f}")
