// What can be said of an expression without running it: its variables, and what will not do what it seems to say.
import { builtins } from 'feelin';

import { CHECKS, syntaxProblem } from './problems.js';
import { children, kindOf, nameIn, parse } from './trees.js';

/** @typedef {import('./trees.js').Node} Node */
/** @typedef {{ code: string, place: Record<string, string>, start: number, end: number, severity: 'error' | 'warning' }} Problem */
/** @typedef {Map<string, string | null>} Scope bound names, with the path of what they stand for where that is known */

const CLOCK = new Set(['now', 'today']);
const BINDERS = new Set(['ForExpression', 'QuantifiedExpression']);

export class Survey {
  /** @param {string} source */
  constructor(source) {
    this.source = source;
    /** @type {Problem[]} */
    this.problems = [];
    /** @type {Set<string>} every name that could be a variable: what a run is sent */
    this.mentioned = new Set();
    /** @type {Set<string>} */
    this.names = new Set();
    /** @type {Set<string>} */
    this.maybe = new Set();
    /** @type {Set<string>} */
    this.paths = new Set();
    this.clock = false;
    /** @type {Scope} */
    this.scope = new Map();
    this.sure = true; // false in a filter, where a name may be an entry of the list's elements
  }

  /**
   * @param {Problem['severity']} severity
   * @param {{ from: number, to: number }} node
   * @param {string} code
   * @param {Record<string, string>} place
   */
  report(severity, { from, to }, code, place = {}) {
    this.problems.push({ severity, start: this.position(from), end: this.position(to), code, place });
  }

  /** @param {number} offset in UTF-16 units; Python counts characters */
  position(offset) {
    return Array.from(this.source.slice(0, offset)).length;
  }

  /** @param {{ from: number, to: number }} node */
  text({ from, to }) {
    return this.source.slice(from, to);
  }

  /** @param {{ from: number, to: number }} node */
  name(node) {
    return nameIn(this.source, node);
  }

  /**
   * Look at what `body` walks over with more names bound.
   * @param {Scope} bound
   * @param {() => void} body
   * @param {boolean} sure
   */
  within(bound, body, sure = this.sure) {
    const outer = [this.scope, this.sure];
    [this.scope, this.sure] = [new Map([...this.scope, ...bound]), sure];
    body();
    [this.scope, this.sure] = /** @type {[Scope, boolean]} */ (outer);
  }

  /** @param {Node} node */
  walk(node) {
    if (node.type.isError) {
      syntaxProblem(this, node);
      return;
    }
    CHECKS[node.name]?.(this, node);
    if (BINDERS.has(node.name)) this.iteration(node);
    else if (VISITS[node.name]) VISITS[node.name](this, node);
    else this.walkAll(children(node));
  }

  /** @param {Node[]} nodes */
  walkAll(nodes) {
    for (const node of nodes) this.walk(node);
  }

  /** @param {Node} node VariableName */
  variable(node) {
    const name = this.name(node);
    const broken = children(node).filter(({ type }) => type.isError);
    this.walkAll(broken);
    if (broken.length || this.scope.has(name)) return;
    if (Object.hasOwn(builtins, name)) {
      if (CLOCK.has(name)) this.clock = true;
      return;
    }
    this.mentioned.add(name);
    (this.sure ? this.names : this.maybe).add(name);
  }

  /**
   * The dotted path of variables and what they hold, where a node is one: "surat.asal", "penerima[].opd".
   * @param {Node} node
   * @returns {string | null}
   */
  path(node) {
    const [first, , last] = children(node);
    switch (node.name) {
      case 'VariableName': {
        const name = this.name(node);
        if (this.scope.has(name)) return this.scope.get(name) ?? null;
        return this.sure && !Object.hasOwn(builtins, name) ? name : null;
      }
      case 'PathExpression': {
        const start = this.path(first);
        return start && last?.name === 'PathName' ? `${start}.${this.name(last)}` : null;
      }
      case 'FilterExpression': {
        const start = this.path(first);
        return start && `${start}[]`;
      }
      case 'ParenthesizedExpression':
        return this.path(children(node)[1]);
      default:
        return null;
    }
  }

  /** @param {Node} node ForExpression or QuantifiedExpression */
  iteration(node) {
    const bound = /** @type {Scope} */ (new Map(node.name === 'ForExpression' ? [['partial', null]] : []));
    for (const child of children(node)) {
      if (child.name !== 'InExpressions') {
        this.within(bound, () => this.walk(child));
        continue;
      }
      for (const part of children(child)) {
        if (part.name !== 'InExpression') {
          this.walk(part);
          continue;
        }
        const [name, ...rest] = children(part);
        this.within(bound, () => this.walkAll(rest));
        const list = rest.find((candidate) => candidate.name === 'IterationContext')?.firstChild;
        const path = list ? this.path(list) : null;
        bound.set(this.name(name), path && `${path}[]`);
      }
    }
  }
}

/** @type {Record<string, (survey: Survey, node: Node) => void>} nodes that bind names or are one */
const VISITS = {
  VariableName: (survey, node) => survey.variable(node),

  PathExpression: (survey, node) => {
    const path = survey.path(node);
    if (path) survey.paths.add(path);
    survey.walkAll(children(node).filter(({ name }) => name !== 'PathName'));
  },

  FunctionDefinition: (survey, node) => {
    const parts = children(node);
    const parameters = parts.filter(({ name }) => name === 'FormalParameters').flatMap(children);
    const bound = new Map(parameters.map((parameter) => [survey.name(parameter.firstChild ?? parameter), null]));
    survey.within(bound, () => survey.walkAll(parts.filter(({ name }) => name !== 'FormalParameters')));
  },

  Context: (survey, node) => {
    /** @type {Scope} */
    const bound = new Map();
    for (const part of children(node)) {
      if (part.name !== 'ContextEntry') {
        survey.walk(part);
        continue;
      }
      const [key, ...rest] = children(part);
      survey.within(bound, () => survey.walkAll(rest));
      bound.set(survey.name(key).replace(/^"|"$/g, ''), null);
    }
  },

  FilterExpression: (survey, node) => {
    const [target, ...rest] = children(node);
    survey.walk(target);
    const path = survey.path(target);
    survey.within(new Map([['item', path && `${path}[]`]]), () => survey.walkAll(rest), false);
  },

  FunctionInvocation: (survey, node) => {
    const [target, ...rest] = children(node);
    const known = target.name !== 'VariableName' || survey.scope.has(survey.name(target)) || Object.hasOwn(builtins, survey.name(target));
    survey.walkAll(known ? [target, ...rest] : rest);
  },

  NamedParameter: (survey, node) => survey.walkAll(children(node).slice(1)),

  QualifiedName: () => {}, // the name of a type
};

/**
 * @param {import('@lezer/common').Tree} tree
 * @param {string} source
 */
export function survey(tree, source) {
  const found = new Survey(source);
  found.walk(tree.topNode);
  return found;
}

/**
 * @param {import('./trees.js').Dialect} dialect
 * @param {string} source
 */
export function inspect(dialect, source) {
  const tree = parse(dialect, source);
  const { problems, names, maybe, paths, clock } = survey(tree, source);
  const kind = kindOf(tree.topNode);
  return { problems, names: [...names], maybe: [...maybe], paths: [...paths], clock, kind };
}
