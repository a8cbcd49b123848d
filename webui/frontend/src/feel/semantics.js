// feelin's interpreter, with our own meaning where it departs from DMN 1.5 in a way that misleads.
import { builtins, evalNode, parseDateTime } from 'feelin';

/** @typedef {(context: any) => any} Step */

/** What now() and today() tell; Python passes it in, so that the same evaluation can be repeated. */
export const clock = {
  now: /** @type {any} */ (null),
  /** @param {string} text */
  set(text) {
    this.now = text ? parseDateTime(text) : null;
  },
};

/**
 * @param {Function} body
 * @param {string[]} parameters
 */
function builtin(body, parameters) {
  return Object.assign(body, { $args: parameters });
}

builtins.now = builtin(() => clock.now, []);
builtins.today = builtin(() => builtins.date(clock.now), []);

/** @type {Record<string, (args: any[]) => Step>} */
const OWN = {
  // DMN 1.5 table 45: anything but true takes the else branch; feelin lets a text or a number take the then branch.
  IfExpression: ([, condition, , then, , otherwise]) =>
    (context) => (condition(context) === true ? then(context) : otherwise(context)),

  // Table 57: an element stays where the condition is true; feelin also keeps other answers, in place of the element.
};

/**
 * @param {import('@lezer/common').Tree} tree without errors
 * @param {string} source
 * @param {import('feelin').InterpreterContext} notes
 * @returns {Step}
 */
export function build(tree, source, notes) {
  /** @type {any[][]} */
  const stack = [[]];
  tree.iterate({
    enter({ type }) {
      if (type.isSkipped) return false;
      stack.push([]);
      return true;
    },
    leave({ type, name, from, to }) {
      if (type.isSkipped) return;
      const args = /** @type {any[]} */ (stack.pop());
      const node = { name, input: source.slice(from, to), position: { from, to } };
      const own = OWN[name];
      stack[stack.length - 1].push(own ? own(args) : evalNode(node, args, notes));
    },
  });
  return stack[0][0];
}
