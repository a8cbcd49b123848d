// Modules that come without types.
declare module '*.css';
declare module 'bpmn-js-properties-panel';
declare module '@bpmn-io/properties-panel';
declare module '@bpmn-io/properties-panel/preact';
declare module '@bpmn-io/properties-panel/preact/hooks';
declare module '@bpmn-io/element-templates-validator';
declare module 'bpmn-moddle';
