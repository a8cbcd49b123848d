// What can be said of an expression without running it: its variables, and what will not do what it seems to say.
import { builtins } from 'feelin';

import { children, nameIn, parse } from './trees.js';

/** @typedef {import('./trees.js').Node} Node */
/** @typedef {{ template: string, place: Record<string, string>, start: number, end: number, severity: 'error' | 'warning' }} Problem */

const CLOCK = new Set(['now', 'today']);

class Survey {
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
  }

  /**
   * @param {Problem['severity']} severity
   * @param {{ from: number, to: number }} node
   * @param {string} template
   * @param {Record<string, string>} place
   */
  report(severity, { from, to }, template, place = {}) {
    this.problems.push({ severity, start: from, end: to, template, place });
  }

  /** @param {{ from: number, to: number }} node */
  text({ from, to }) {
    return this.source.slice(from, to);
  }

  /**
   * @param {Node} node
   * @param {Set<string>} scope names bound around the node
   * @param {boolean} sure false inside a filter, where a name may be an entry of the list's elements
   */
  walk(node, scope, sure) {
    if (node.type.isError) {
      this.report('error', node, 'FEEL does not understand this: {text}', { text: this.text(node) });
      return;
    }
    const visit = VISITS[node.name];
    if (visit) visit(this, node, scope, sure);
    else for (const child of children(node)) this.walk(child, scope, sure);
  }

  /**
   * @param {Node} node
   * @param {Set<string>} scope
   * @param {boolean} sure
   */
  variable(node, scope, sure) {
    const name = nameIn(this.source, node);
    for (const child of children(node)) if (child.type.isError) this.walk(child, scope, sure);
    if (scope.has(name)) return;
    if (Object.hasOwn(builtins, name)) {
      if (CLOCK.has(name)) this.clock = true;
      return;
    }
    this.mentioned.add(name);
    (sure ? this.names : this.maybe).add(name);
  }
}

/**
 * @param {Survey} survey
 * @param {Node} node InExpressions
 * @param {Set<string>} scope gains the iteration variables
 * @param {boolean} sure
 */
function bind(survey, node, scope, sure) {
  for (const part of children(node)) {
    if (part.name !== 'InExpression') {
      survey.walk(part, scope, sure);
      continue;
    }
    const [name, ...rest] = children(part);
    for (const child of rest) survey.walk(child, scope, sure);
    scope.add(nameIn(survey.source, name));
  }
}

/** @type {Record<string, (survey: Survey, node: Node, scope: Set<string>, sure: boolean) => void>} */
const VISITS = {
  VariableName: (survey, node, scope, sure) => survey.variable(node, scope, sure),

  ForExpression: (survey, node, scope, sure) => {
    const inner = new Set(scope).add('partial');
    for (const child of children(node)) {
      if (child.name === 'InExpressions') bind(survey, child, inner, sure);
      else survey.walk(child, inner, sure);
    }
  },

  FunctionDefinition: (survey, node, scope, sure) => {
    const inner = new Set(scope);
    for (const child of children(node)) {
      if (child.name === 'FormalParameters') {
        for (const parameter of children(child)) inner.add(nameIn(survey.source, parameter.firstChild ?? parameter));
      } else survey.walk(child, inner, sure);
    }
  },

  Context: (survey, node, scope, sure) => {
    const inner = new Set(scope);
    for (const child of children(node)) {
      if (child.name !== 'ContextEntry') {
        survey.walk(child, inner, sure);
        continue;
      }
      const [key, ...rest] = children(child);
      for (const part of rest) survey.walk(part, inner, sure);
      inner.add(nameIn(survey.source, key).replace(/^"|"$/g, ''));
    }
  },

  FilterExpression: (survey, node, scope, sure) => {
    const [target, ...rest] = children(node);
    survey.walk(target, scope, sure);
    const inner = new Set(scope).add('item');
    for (const child of rest) survey.walk(child, inner, false);
  },

  NamedParameter: (survey, node, scope, sure) => {
    for (const child of children(node).slice(1)) survey.walk(child, scope, sure);
  },

  QualifiedName: () => {},
};
VISITS.QuantifiedExpression = VISITS.ForExpression;

/**
 * @param {import('@lezer/common').Tree} tree
 * @param {string} source
 */
export function survey(tree, source) {
  const found = new Survey(source);
  found.walk(tree.topNode, new Set(), true);
  return { ...found, mentioned: [...found.mentioned] };
}

/**
 * @param {import('./trees.js').Dialect} dialect
 * @param {string} source
 */
export function inspect(dialect, source) {
  const { problems, names, maybe, paths, clock } = survey(parse(dialect, source), source);
  return { problems, names: [...names], maybe: [...maybe], paths: [...paths], clock };
}
