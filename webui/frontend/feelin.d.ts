// What build.mjs makes feelin export besides its own interface.
export {};

declare module 'feelin' {
  export const builtins: Record<string, ((...values: any[]) => any) & { $args: string[] }>;
  export function addDuration(moment: any, length: any, sign: number): any;
  export function equals(a: any, b: any, strict?: boolean): boolean | null;
  export function evalNode(node: object, args: any[], notes: object): any;
  export function getType(value: any): string;
  export function normalizeContextKey(name: string): string;
  export function parseString(literal: string): string;
  export function toComparable(value: any): number;
}
