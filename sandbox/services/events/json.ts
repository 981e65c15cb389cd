/** JSON, as events and patterns hold it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
