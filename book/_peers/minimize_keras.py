import keras
import tensorflow as tf

w = tf.Variable(3.0)
loss = w**2
keras.optimizers.SGD(learning_rate=0.1).minimize(loss, [w])
