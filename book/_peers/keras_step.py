import keras
import tensorflow as tf

x = tf.constant([[1.0, 2.0], [0.5, -1.0], [-1.0, 0.0]])
labels = tf.constant([0, 1, 2])  # whole numbers, as this loss wants
W = keras.Variable(tf.zeros((2, 3)))
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = keras.optimizers.SGD(learning_rate=0.5)
for step in range(3):
    with tf.GradientTape() as tape:
        loss = loss_of(labels, x @ W)
    gradient = tape.gradient(loss, W.value)
    optimizer.apply_gradients([(gradient, W)])
    print(f"step {step}: loss {float(loss):.6f}")
