import keras
import tensorflow as tf

z, y = tf.constant([2.0, -1.0, 0.5]), tf.constant([1, 0, 1])
keras_loss = keras.losses.BinaryCrossentropy(from_logits=True)
print(f"Keras: {float(keras_loss(y, z)):.6f}")
tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=z)
