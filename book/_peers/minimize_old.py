import tensorflow as tf

w = tf.Variable(3.0)
loss = w**2
old = tf.compat.v1.train.GradientDescentOptimizer(0.1)
old.minimize(loss, var_list=[w])
