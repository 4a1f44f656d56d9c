import keras
import numpy as np

keras.backend.set_floatx("float64")
rng = np.random.default_rng(0)
x = rng.normal(size=(200, 2))
y = (x[:, :1] * x[:, 1:] > 0).astype(float)  # of the same sign?
W1, W2 = rng.normal(size=(2, 8)), rng.normal(size=(8, 1))

model = keras.Sequential(
    [
        keras.Input((2,)),
        keras.layers.Dense(8, activation="tanh"),
        keras.layers.Dense(1),  # a logit: no sigmoid in the model
    ]
)
model.layers[0].set_weights([W1, np.zeros(8)])
model.layers[1].set_weights([W2, np.zeros(1)])
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.5),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
)
history = model.fit(
    x,
    y,
    epochs=500,
    batch_size=200,  # all of them: plain gradient descent
    shuffle=False,
    verbose=0,
)
losses = history.history["loss"]
for step in (0, 10, 100, 499):
    print(f"step {step:3}: loss {losses[step]:.6f}")
right = (model.predict(x, verbose=0) > 0) == (y > 0)
print(f"right: {right.mean():.1%}")
