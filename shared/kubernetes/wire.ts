/**
 * A model of client-node as the API server's JSON has it: times are RFC 3339 text, the underscore before a reserved word
 * (`_continue`) is client-node's own, and nothing is trusted to be there.
 */
export type Wire<Model> = Model extends Date
  ? string
  : Model extends readonly (infer Item)[]
    ? readonly Wire<Item>[]
    : Model extends object
      ? string extends keyof Model
        ? { readonly [Key in keyof Model]: Wire<Model[Key]> }
        : { readonly [Key in keyof Model as Key extends `_${infer Name}` ? Name : Key]?: Wire<Model[Key]> }
      : Model;
