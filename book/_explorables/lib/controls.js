// What a reader sets, by keyboard, pointer or touch: native elements, with the words of the page.

const STEPS = 50; // arrow keys cross a slider in as many
const FINER = 0.1; // with Alt
const COARSER = 5; // with Shift
const DIRECTIONS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };
const SCALES = {
  linear: { to: (value) => value, from: (position) => position },
  log: { to: Math.log, from: Math.exp },
};

/**
 * A range input that sets state[key], or the entry `index` of that array.
 *
 * min, max : the values at its ends.
 * scale    : "log" gives equal factors equal room.
 * whole    : true where only whole numbers make sense.
 * word     : the word that labels it; `key` by default.
 * show     : (value, stage) => the value in words; by default a number of `digits` decimals.
 * change   : (value, state) => what to set; by default the value itself.
 */
export function slider(key, { min, max, scale = "linear", whole = false, digits = whole ? 0 : 2, ...more }) {
  const { word = key, index, show = (value, stage) => stage.number(value, digits) } = more;
  const { change = (value, state) => ({ [key]: replaced(state[key], index, value) }) } = more;
  const { to, from } = SCALES[scale];
  const low = to(min);
  const high = to(max);
  return {
    words: [word],
    build(parent, stage) {
      const { input, value } = labelled(parent, stage, word, index);
      input.attr("type", "range").attr("min", low).attr("max", high).attr("step", whole ? 1 : "any");
      const move = (position) => {
        const inside = Math.min(Math.max(position, low), high);
        const exact = inside === low ? min : inside === high ? max : from(inside);
        stage.set(change(whole ? Math.round(exact) : exact, stage.state));
      };
      input.on("input", (event) => move(Number(event.target.value)));
      input.on("keydown", (event) => {
        const direction = DIRECTIONS[event.key];
        if (!direction || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        move(Number(event.target.value) + direction * stepOf(event, high - low, whole));
      });
      return (state) => {
        const now = index === undefined ? state[key] : state[key][index];
        const text = show(now, stage);
        input.attr("aria-valuetext", text).attr("value", to(now)).property("value", to(now));
        value.text(text);
      };
    },
  };
}

function stepOf(event, span, whole) {
  const step = (span / STEPS) * (event.altKey ? FINER : event.shiftKey ? COARSER : 1);
  return whole ? Math.max(1, Math.round(step)) : step;
}

function replaced(old, index, value) {
  return index === undefined ? value : old.with(index, value);
}

function labelled(parent, stage, word, index) {
  const id = ["xp", stage.name, word, index].filter((part) => part !== undefined).join("-");
  const box = parent.append("div").attr("class", "xp-control");
  box.append("label").attr("for", id).text(stage.say(word, { number: (index ?? 0) + 1 }));
  const input = box.append("input").attr("id", id).attr("data-xp-key", word);
  const value = box.append("span").attr("class", "xp-value").attr("aria-hidden", "true");
  return { input, value };
}

/** A button that sets what `act(state)` returns; `enabled(state)` says when it may. */
export function button(word, act, { enabled = () => true, glides = false } = {}) {
  return {
    words: [word],
    build(parent, stage) {
      const made = parent.append("button").attr("type", "button").attr("class", "xp-button");
      made.attr("data-xp-key", word).text(stage.say(word));
      made.on("click", () => {
        const change = enabled(stage.state) ? act(stage.state) : {};
        if (glides) stage.glide(change);
        else stage.set(change);
      });
      // Not the attribute `disabled`: the button would lose the keyboard that has just pressed it.
      return (state) => made.attr("aria-disabled", enabled(state) ? null : "true");
    },
  };
}

/** One of several: sets state[key] to the name of the option. Words: the key, and each option. */
export function choice(key, options, { change = (option) => ({ [key]: option }), glides = false } = {}) {
  return {
    words: [key, ...options],
    build(parent, stage) {
      const box = parent.append("fieldset").attr("class", "xp-choice");
      box.append("legend").text(stage.say(key));
      const inputs = options.map((option) => {
        const label = box.append("label");
        const input = label.append("input").attr("type", "radio").attr("name", `${stage.name}-${key}`);
        label.append("span").text(stage.say(option));
        input.attr("value", option).attr("data-xp-key", option);
        input.on("change", () => (glides ? stage.glide : stage.set)(change(option, stage.state)));
        return [option, input];
      });
      return (state) => {
        for (const [option, input] of inputs) {
          const on = state[key] === option;
          input.attr("checked", on ? "" : null).property("checked", on);
        }
      };
    },
  };
}

/** On or off: sets state[key]. */
export function toggle(key) {
  return {
    words: [key],
    build(parent, stage) {
      const label = parent.append("label").attr("class", "xp-toggle");
      const input = label.append("input").attr("type", "checkbox").attr("data-xp-key", key);
      label.append("span").text(stage.say(key));
      input.on("change", (event) => stage.set({ [key]: event.target.checked }));
      return (state) => input.attr("checked", state[key] ? "" : null).property("checked", state[key]);
    },
  };
}

/** A line of text: sets state[key]. */
export function typed(key, { longest = 60 } = {}) {
  return {
    words: [key],
    build(parent, stage) {
      const { input } = labelled(parent, stage, key);
      input.attr("type", "text").attr("class", "xp-typed").attr("maxlength", longest);
      input.attr("autocomplete", "off").attr("autocapitalize", "off").attr("spellcheck", "false");
      input.on("input", (event) => stage.set({ [key]: event.target.value }));
      return (state) => {
        input.attr("value", state[key]);
        // Not where it is typed already: that would move the cursor.
        if (input.property("value") !== state[key]) input.property("value", state[key]);
      };
    },
  };
}

/**
 * A group of `count` buttons. Words: that of the group, and `label`, which labels each of them.
 *
 * values  : (state, i, stage) => the values of the label's places, or null where button i is not shown.
 * pressed : (state, i) => whether it is.
 * act     : (state, i) => what to set when it is pressed.
 */
export function buttons(word, { label, count, values, pressed = () => false, act }) {
  return {
    words: [word, label],
    build(parent, stage) {
      const box = parent.append("fieldset").attr("class", "xp-choice");
      box.append("legend").text(stage.say(word));
      const made = Array.from({ length: count }, (_, i) => {
        const one = box.append("button").attr("type", "button").attr("class", "xp-button");
        return one.attr("data-xp-key", label).on("click", () => stage.set(act(stage.state, i)));
      });
      return (state) =>
        made.forEach((one, i) => {
          const now = values(state, i, stage);
          one.attr("hidden", now ? null : "hidden").attr("aria-pressed", pressed(state, i) ? "true" : "false");
          if (now) one.text(stage.say(label, now));
        });
    },
  };
}
