// Written by scripts/docs.mjs from the routes of the server: "npm run docs".

export interface paths {
  '/info': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What this server is */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              version: string;
              holdpoint_version: string;
            } & {
              [key: string]: unknown;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/assistants/search': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Find assistants */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: {
        content: {
          'application/json': {
            graph_id?: string | null;
            name?: string | null;
            metadata?: {
              [key: string]: unknown;
            } | null;
            /** @default 10 */
            limit?: number | null;
            /** @default 0 */
            offset?: number | null;
            sort_by?: ('assistant_id' | 'graph_id' | 'name' | 'created_at' | 'updated_at') | null;
            sort_order?: ('asc' | 'desc') | null;
            select?:
              | (
                  | 'assistant_id'
                  | 'graph_id'
                  | 'name'
                  | 'description'
                  | 'config'
                  | 'context'
                  | 'metadata'
                  | 'version'
                  | 'created_at'
                  | 'updated_at'
                )[]
              | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              assistant_id?: string;
              graph_id?: string;
              name?: string;
              description?: string | null;
              config?: {
                [key: string]: unknown;
              };
              context?: {
                [key: string]: unknown;
              };
              metadata?: {
                [key: string]: unknown;
              };
              version?: number;
              created_at?: string;
              updated_at?: string;
            }[];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/assistants/{assistant_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Get an assistant by its id or its graph id */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          assistant_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              assistant_id: string;
              graph_id: string;
              name: string;
              description: string | null;
              config: {
                [key: string]: unknown;
              };
              context: {
                [key: string]: unknown;
              };
              metadata: {
                [key: string]: unknown;
              };
              version: number;
              created_at: string;
              updated_at: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    /** Delete an assistant with its versions; its runs are cancelled */
    delete: {
      parameters: {
        query?: {
          delete_threads?: boolean;
        };
        header?: never;
        path: {
          assistant_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': string[];
          };
        };
      };
    };
    options?: never;
    head?: never;
    /** Make a new version of an assistant; metadata is merged, what else is given replaced */
    patch: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          assistant_id: string;
        };
        cookie?: never;
      };
      requestBody?: {
        content: {
          'application/json': {
            config?:
              | ({
                  tags?: string[] | null;
                  recursion_limit?: number | null;
                  configurable?:
                    | ({
                        checkpoint_id?: string | null;
                        checkpoint_ns?: string | null;
                        checkpoint_map?: {
                          [key: string]: unknown;
                        } | null;
                      } & {
                        [key: string]: unknown;
                      })
                    | null;
                  metadata?: {
                    [key: string]: unknown;
                  } | null;
                } & {
                  [key: string]: unknown;
                })
              | null;
            context?: {
              [key: string]: unknown;
            } | null;
            metadata?: {
              [key: string]: unknown;
            } | null;
            name?: string | null;
            description?: string | null;
            graph_id?: string | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              assistant_id: string;
              graph_id: string;
              name: string;
              description: string | null;
              config: {
                [key: string]: unknown;
              };
              context: {
                [key: string]: unknown;
              };
              metadata: {
                [key: string]: unknown;
              };
              version: number;
              created_at: string;
              updated_at: string;
            };
          };
        };
      };
    };
    trace?: never;
  };
  '/assistants': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Create an assistant: a graph with configuration */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: {
        content: {
          /**
           * @example {
           *       "graph_id": "agent",
           *       "name": "Careful",
           *       "context": {
           *         "tone": "formal"
           *       }
           *     }
           */
          'application/json': {
            config?:
              | ({
                  tags?: string[] | null;
                  recursion_limit?: number | null;
                  configurable?:
                    | ({
                        checkpoint_id?: string | null;
                        checkpoint_ns?: string | null;
                        checkpoint_map?: {
                          [key: string]: unknown;
                        } | null;
                      } & {
                        [key: string]: unknown;
                      })
                    | null;
                  metadata?: {
                    [key: string]: unknown;
                  } | null;
                } & {
                  [key: string]: unknown;
                })
              | null;
            context?: {
              [key: string]: unknown;
            } | null;
            metadata?: {
              [key: string]: unknown;
            } | null;
            name?: string | null;
            description?: string | null;
            graph_id: string;
            assistant_id?: string | null;
            if_exists?: ('raise' | 'do_nothing') | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              assistant_id: string;
              graph_id: string;
              name: string;
              description: string | null;
              config: {
                [key: string]: unknown;
              };
              context: {
                [key: string]: unknown;
              };
              metadata: {
                [key: string]: unknown;
              };
              version: number;
              created_at: string;
              updated_at: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/assistants/{assistant_id}/versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** An assistant's versions, newest first */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          assistant_id: string;
        };
        cookie?: never;
      };
      requestBody?: {
        content: {
          'application/json': {
            metadata?: {
              [key: string]: unknown;
            } | null;
            /** @default 10 */
            limit?: number | null;
            /** @default 0 */
            offset?: number | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              assistant_id: string;
              graph_id: string;
              name: string;
              description: string | null;
              config: {
                [key: string]: unknown;
              };
              context: {
                [key: string]: unknown;
              };
              metadata: {
                [key: string]: unknown;
              };
              version: number;
              created_at: string;
            }[];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/assistants/{assistant_id}/latest': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Use another version of an assistant from now on; the version in the body or as a query parameter */
    post: {
      parameters: {
        query?: {
          version?: number;
        };
        header?: never;
        path: {
          assistant_id: string;
        };
        cookie?: never;
      };
      requestBody?: {
        content: {
          'application/json': {
            version?: number | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              assistant_id: string;
              graph_id: string;
              name: string;
              description: string | null;
              config: {
                [key: string]: unknown;
              };
              context: {
                [key: string]: unknown;
              };
              metadata: {
                [key: string]: unknown;
              };
              version: number;
              created_at: string;
              updated_at: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/assistants/{assistant_id}/graph': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The assistant's graph as nodes and edges */
    get: {
      parameters: {
        query?: {
          xray?: string;
        };
        header?: never;
        path: {
          assistant_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              nodes: {
                [key: string]: unknown;
              }[];
              edges: {
                [key: string]: unknown;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/assistants/{assistant_id}/schemas': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** JSON Schemas of the graph's input, output, state and context */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          assistant_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              graph_id: string;
              input_schema: {
                [key: string]: unknown;
              };
              output_schema: {
                [key: string]: unknown;
              };
              state_schema: {
                [key: string]: unknown;
              };
              config_schema: {
                [key: string]: unknown;
              } | null;
              context_schema: {
                [key: string]: unknown;
              } | null;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/threads': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Create a thread; with supersteps, take it through them */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: {
        content: {
          /**
           * @example {
           *       "metadata": {
           *         "team": "billing"
           *       }
           *     }
           */
          'application/json': {
            thread_id?: string | null;
            metadata?: {
              [key: string]: unknown;
            } | null;
            if_exists?: ('raise' | 'do_nothing') | null;
            supersteps?:
              | ({
                  updates: ({
                    values?: unknown;
                    command?:
                      | ({
                          resume?: unknown;
                          update?:
                            | (
                                | {
                                    [key: string]: unknown;
                                  }
                                | [string, unknown][]
                              )
                            | null;
                          goto?:
                            | (
                                | string
                                | {
                                    node: string;
                                    input?: unknown;
                                    args?: unknown;
                                  }
                                | (
                                    | string
                                    | {
                                        node: string;
                                        input?: unknown;
                                        args?: unknown;
                                      }
                                  )[]
                              )
                            | null;
                        } & {
                          [key: string]: unknown;
                        })
                      | null;
                    as_node: string;
                  } & {
                    [key: string]: unknown;
                  })[];
                } & {
                  [key: string]: unknown;
                })[]
              | null;
            ttl?:
              | (
                  | number
                  | ({
                      ttl: number;
                      strategy?: ('delete' | 'keep_latest') | null;
                    } & {
                      [key: string]: unknown;
                    })
                )
              | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              thread_id: string;
              /** @enum {string} */
              status: 'idle' | 'busy' | 'interrupted' | 'error';
              metadata: {
                [key: string]: unknown;
              };
              config: {
                [key: string]: unknown;
              };
              values: {
                [key: string]: unknown;
              } | null;
              interrupts: {
                [key: string]: unknown[];
              };
              lifecycle: {
                /** @enum {string} */
                state:
                  | 'queued'
                  | 'running'
                  | 'draining'
                  | 'awaiting_decision'
                  | 'pending'
                  | 'pausing'
                  | 'paused'
                  | 'interrupted'
                  | 'stopped'
                  | 'success'
                  | 'error'
                  | 'timeout'
                  | 'cancelled';
                pause_id: string | null;
                stop_id: string | null;
                since: string;
                reason: string | null;
              } | null;
              created_at: string;
              updated_at: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/threads/search': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Find threads */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: {
        content: {
          /**
           * @example {
           *       "status": "interrupted",
           *       "metadata": {
           *         "team": "billing"
           *       },
           *       "limit": 20
           *     }
           */
          'application/json': {
            ids?: string[] | null;
            metadata?: {
              [key: string]: unknown;
            } | null;
            values?: {
              [key: string]: unknown;
            } | null;
            status?: ('idle' | 'busy' | 'interrupted' | 'error') | null;
            /** @default 10 */
            limit?: number | null;
            /** @default 0 */
            offset?: number | null;
            sort_by?: ('thread_id' | 'status' | 'created_at' | 'updated_at') | null;
            sort_order?: ('asc' | 'desc') | null;
            select?:
              | (
                  | 'thread_id'
                  | 'status'
                  | 'metadata'
                  | 'config'
                  | 'values'
                  | 'interrupts'
                  | 'lifecycle'
                  | 'created_at'
                  | 'updated_at'
                )[]
              | null;
            /** @description Paths into the thread, such as values.messages[-1].content, by name */
            extract?: {
              [key: string]: string;
            } | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              thread_id?: string;
              /** @enum {string} */
              status?: 'idle' | 'busy' | 'interrupted' | 'error';
              metadata?: {
                [key: string]: unknown;
              };
              config?: {
                [key: string]: unknown;
              };
              values?: {
                [key: string]: unknown;
              } | null;
              interrupts?: {
                [key: string]: unknown[];
              };
              lifecycle?: {
                /** @enum {string} */
                state:
                  | 'queued'
                  | 'running'
                  | 'draining'
                  | 'awaiting_decision'
                  | 'pending'
                  | 'pausing'
                  | 'paused'
                  | 'interrupted'
                  | 'stopped'
                  | 'success'
                  | 'error'
                  | 'timeout'
                  | 'cancelled';
                pause_id: string | null;
                stop_id: string | null;
                since: string;
                reason: string | null;
              } | null;
              created_at?: string;
              updated_at?: string;
              extracted?: {
                [key: string]: unknown;
              };
            }[];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/threads/{thread_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Get a thread with its values and waiting questions; include=ttl: and when it expires */
    get: {
      parameters: {
        query?: {
          include?: string | string[];
        };
        header?: never;
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              thread_id: string;
              /** @enum {string} */
              status: 'idle' | 'busy' | 'interrupted' | 'error';
              metadata: {
                [key: string]: unknown;
              };
              config: {
                [key: string]: unknown;
              };
              values: {
                [key: string]: unknown;
              } | null;
              interrupts: {
                [key: string]: unknown[];
              };
              lifecycle: {
                /** @enum {string} */
                state:
                  | 'queued'
                  | 'running'
                  | 'draining'
                  | 'awaiting_decision'
                  | 'pending'
                  | 'pausing'
                  | 'paused'
                  | 'interrupted'
                  | 'stopped'
                  | 'success'
                  | 'error'
                  | 'timeout'
                  | 'cancelled';
                pause_id: string | null;
                stop_id: string | null;
                since: string;
                reason: string | null;
              } | null;
              created_at: string;
              updated_at: string;
              ttl?: {
                /** @enum {string} */
                strategy: 'delete' | 'keep_latest';
                ttl_minutes: number;
                expires_at: string;
              } | null;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    /** Delete a thread with its runs, checkpoints and log; what runs on it is stopped */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        204: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    options?: never;
    head?: never;
    /** Merge metadata into the thread's, or set when it expires */
    patch: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: {
        content: {
          'application/json': {
            metadata?: {
              [key: string]: unknown;
            } | null;
            ttl?:
              | (
                  | number
                  | ({
                      ttl: number;
                      strategy?: ('delete' | 'keep_latest') | null;
                    } & {
                      [key: string]: unknown;
                    })
                )
              | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              thread_id: string;
              /** @enum {string} */
              status: 'idle' | 'busy' | 'interrupted' | 'error';
              metadata: {
                [key: string]: unknown;
              };
              config: {
                [key: string]: unknown;
              };
              values: {
                [key: string]: unknown;
              } | null;
              interrupts: {
                [key: string]: unknown[];
              };
              lifecycle: {
                /** @enum {string} */
                state:
                  | 'queued'
                  | 'running'
                  | 'draining'
                  | 'awaiting_decision'
                  | 'pending'
                  | 'pausing'
                  | 'paused'
                  | 'interrupted'
                  | 'stopped'
                  | 'success'
                  | 'error'
                  | 'timeout'
                  | 'cancelled';
                pause_id: string | null;
                stop_id: string | null;
                since: string;
                reason: string | null;
              } | null;
              created_at: string;
              updated_at: string;
            };
          };
        };
        /** @description Done */
        204: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    trace?: never;
  };
  '/threads/{thread_id}/copy': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Make a thread with the same states, questions included */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              thread_id: string;
              /** @enum {string} */
              status: 'idle' | 'busy' | 'interrupted' | 'error';
              metadata: {
                [key: string]: unknown;
              };
              config: {
                [key: string]: unknown;
              };
              values: {
                [key: string]: unknown;
              } | null;
              interrupts: {
                [key: string]: unknown[];
              };
              lifecycle: {
                /** @enum {string} */
                state:
                  | 'queued'
                  | 'running'
                  | 'draining'
                  | 'awaiting_decision'
                  | 'pending'
                  | 'pausing'
                  | 'paused'
                  | 'interrupted'
                  | 'stopped'
                  | 'success'
                  | 'error'
                  | 'timeout'
                  | 'cancelled';
                pause_id: string | null;
                stop_id: string | null;
                since: string;
                reason: string | null;
              } | null;
              created_at: string;
              updated_at: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/threads/{thread_id}/storage': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Bytes the thread's checkpoints take, as stored; channel values are within them */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              thread_id: string;
              total_bytes: number;
              checkpoints: {
                count: number;
                bytes: number;
              };
              channel_values: {
                count: number;
                bytes: number;
              };
              pending_writes: {
                count: number;
                bytes: number;
              };
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/threads/{thread_id}/state': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The thread's latest state */
    get: {
      parameters: {
        query?: {
          subgraphs?: boolean;
        };
        header?: never;
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              values: unknown;
              next: string[];
              tasks: {
                [key: string]: unknown;
              }[];
              metadata?: {
                [key: string]: unknown;
              };
              created_at: string | null;
              checkpoint: {
                thread_id: string;
                checkpoint_id: string | null;
                checkpoint_ns: string;
                checkpoint_map: unknown;
              } | null;
              parent_checkpoint: {
                thread_id: string;
                checkpoint_id: string | null;
                checkpoint_ns: string;
                checkpoint_map: unknown;
              } | null;
              /** @description What models have said in steps that are under way or were cut: not part of the values */
              partial_output?: {
                run_id: string;
                attempt: number;
                updated_at: string;
                messages: {
                  node: string | null;
                  checkpoint_ns: string;
                  text: string;
                }[];
              };
            };
          };
        };
      };
    };
    put?: never;
    /** Edit the state as if a node had returned the values */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: {
        content: {
          /**
           * @example {
           *       "values": {
           *         "notes": [
           *           "checked"
           *         ]
           *       },
           *       "as_node": "plan"
           *     }
           */
          'application/json': {
            values?:
              | {
                  [key: string]: unknown;
                }
              | unknown[]
              | null;
            as_node?: string | null;
            checkpoint?:
              | ({
                  checkpoint_id?: string | null;
                  checkpoint_ns?: string | null;
                  checkpoint_map?: {
                    [key: string]: unknown;
                  } | null;
                } & {
                  [key: string]: unknown;
                })
              | null;
            checkpoint_id?: string | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              checkpoint: {
                thread_id: string;
                checkpoint_id: string | null;
                checkpoint_ns: string;
                checkpoint_map: unknown;
              };
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    /** Merge metadata into the thread's, as the SDK's patchState asks */
    patch: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: {
        content: {
          'application/json': {
            metadata?: {
              [key: string]: unknown;
            } | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      responses: {
        /** @description Done */
        204: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    trace?: never;
  };
  '/threads/{thread_id}/state/{checkpoint_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The state at a checkpoint */
    get: {
      parameters: {
        query?: {
          subgraphs?: boolean;
        };
        header?: never;
        path: {
          thread_id: string;
          checkpoint_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              values: unknown;
              next: string[];
              tasks: {
                [key: string]: unknown;
              }[];
              metadata?: {
                [key: string]: unknown;
              };
              created_at: string | null;
              checkpoint: {
                thread_id: string;
                checkpoint_id: string | null;
                checkpoint_ns: string;
                checkpoint_map: unknown;
              } | null;
              parent_checkpoint: {
                thread_id: string;
                checkpoint_id: string | null;
                checkpoint_ns: string;
                checkpoint_map: unknown;
              } | null;
              /** @description What models have said in steps that are under way or were cut: not part of the values */
              partial_output?: {
                run_id: string;
                attempt: number;
                updated_at: string;
                messages: {
                  node: string | null;
                  checkpoint_ns: string;
                  text: string;
                }[];
              };
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/threads/{thread_id}/history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Past states, newest first */
    get: {
      parameters: {
        query?: {
          limit?: number;
          before?: string;
        };
        header?: never;
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              values: unknown;
              next: string[];
              tasks: {
                [key: string]: unknown;
              }[];
              metadata?: {
                [key: string]: unknown;
              };
              created_at: string | null;
              checkpoint: {
                thread_id: string;
                checkpoint_id: string | null;
                checkpoint_ns: string;
                checkpoint_map: unknown;
              } | null;
              parent_checkpoint: {
                thread_id: string;
                checkpoint_id: string | null;
                checkpoint_ns: string;
                checkpoint_map: unknown;
              } | null;
              /** @description What models have said in steps that are under way or were cut: not part of the values */
              partial_output?: {
                run_id: string;
                attempt: number;
                updated_at: string;
                messages: {
                  node: string | null;
                  checkpoint_ns: string;
                  text: string;
                }[];
              };
            }[];
          };
        };
      };
    };
    put?: never;
    /** Past states, newest first, filtered */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: {
        content: {
          'application/json': {
            /** @default 10 */
            limit?: number | null;
            before?:
              | (
                  | string
                  | ({
                      checkpoint_id?: string;
                      configurable?: {
                        checkpoint_id?: string;
                      } & {
                        [key: string]: unknown;
                      };
                    } & {
                      [key: string]: unknown;
                    })
                )
              | null;
            metadata?: {
              [key: string]: unknown;
            } | null;
            checkpoint?:
              | ({
                  checkpoint_id?: string | null;
                  checkpoint_ns?: string | null;
                  checkpoint_map?: {
                    [key: string]: unknown;
                  } | null;
                } & {
                  [key: string]: unknown;
                })
              | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              values: unknown;
              next: string[];
              tasks: {
                [key: string]: unknown;
              }[];
              metadata?: {
                [key: string]: unknown;
              };
              created_at: string | null;
              checkpoint: {
                thread_id: string;
                checkpoint_id: string | null;
                checkpoint_ns: string;
                checkpoint_map: unknown;
              } | null;
              parent_checkpoint: {
                thread_id: string;
                checkpoint_id: string | null;
                checkpoint_ns: string;
                checkpoint_map: unknown;
              } | null;
              /** @description What models have said in steps that are under way or were cut: not part of the values */
              partial_output?: {
                run_id: string;
                attempt: number;
                updated_at: string;
                messages: {
                  node: string | null;
                  checkpoint_ns: string;
                  text: string;
                }[];
              };
            }[];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/threads/{thread_id}/runs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A thread's runs, newest first */
    get: {
      parameters: {
        query?: {
          limit?: number;
          offset?: number;
          status?: 'pending' | 'running' | 'error' | 'success' | 'timeout' | 'interrupted';
          select?: (
            | 'run_id'
            | 'thread_id'
            | 'assistant_id'
            | 'status'
            | 'metadata'
            | 'kwargs'
            | 'multitask_strategy'
            | 'langsmith_session_name'
            | 'lifecycle'
            | 'failure'
            | 'created_at'
            | 'updated_at'
          )[];
        };
        header?: never;
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              run_id?: string;
              /** Format: uuid */
              thread_id?: string;
              /** Format: uuid */
              assistant_id?: string;
              /** @enum {string} */
              status?: 'pending' | 'running' | 'error' | 'success' | 'timeout' | 'interrupted';
              metadata?: {
                [key: string]: unknown;
              };
              kwargs?: {
                [key: string]: unknown;
              };
              multitask_strategy?: string;
              /** @description Where it is traced, if it says so */
              langsmith_session_name?: string;
              /** @description Holdpoint's own word for the state */
              lifecycle?: {
                /** @enum {string} */
                state:
                  | 'queued'
                  | 'running'
                  | 'draining'
                  | 'awaiting_decision'
                  | 'pending'
                  | 'pausing'
                  | 'paused'
                  | 'interrupted'
                  | 'stopped'
                  | 'success'
                  | 'error'
                  | 'timeout'
                  | 'cancelled';
                pause_id: string | null;
                stop_id: string | null;
                since: string;
                reason: string | null;
              };
              /** @description Why it failed, if it did */
              failure?: {
                /** @enum {string} */
                reason:
                  | 'graph_error'
                  | 'graph_load_failed'
                  | 'recursion_limit'
                  | 'attempts_exhausted'
                  | 'serialization_failed'
                  | 'storage_failed'
                  | 'timeout';
                error: string;
                message: string;
              } | null;
              created_at?: string;
              updated_at?: string;
            }[];
          };
        };
      };
    };
    put?: never;
    /** Start a run; it goes on in the background */
    post: {
      parameters: {
        query?: never;
        header?: {
          'Idempotency-Key'?: string;
        };
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: {
        content: {
          /**
           * @example {
           *       "assistant_id": "agent",
           *       "input": {
           *         "messages": [
           *           {
           *             "role": "user",
           *             "content": "Write the list of changes to changes.md"
           *           }
           *         ]
           *       }
           *     }
           */
          'application/json': {
            /** @description An assistant's id, or a graph's */
            assistant_id: string;
            input?: unknown;
            command?:
              | ({
                  resume?: unknown;
                  update?:
                    | (
                        | {
                            [key: string]: unknown;
                          }
                        | [string, unknown][]
                      )
                    | null;
                  goto?:
                    | (
                        | string
                        | {
                            node: string;
                            input?: unknown;
                            args?: unknown;
                          }
                        | (
                            | string
                            | {
                                node: string;
                                input?: unknown;
                                args?: unknown;
                              }
                          )[]
                      )
                    | null;
                } & {
                  [key: string]: unknown;
                })
              | null;
            checkpoint?:
              | ({
                  checkpoint_id?: string | null;
                  checkpoint_ns?: string | null;
                  checkpoint_map?: {
                    [key: string]: unknown;
                  } | null;
                } & {
                  [key: string]: unknown;
                })
              | null;
            checkpoint_id?: string | null;
            metadata?: {
              [key: string]: unknown;
            } | null;
            config?:
              | ({
                  tags?: string[] | null;
                  recursion_limit?: number | null;
                  configurable?:
                    | ({
                        checkpoint_id?: string | null;
                        checkpoint_ns?: string | null;
                        checkpoint_map?: {
                          [key: string]: unknown;
                        } | null;
                      } & {
                        [key: string]: unknown;
                      })
                    | null;
                  metadata?: {
                    [key: string]: unknown;
                  } | null;
                } & {
                  [key: string]: unknown;
                })
              | null;
            context?: unknown;
            /** @description Names of nodes, or `*` for all; a name that the graph does not have stops nothing */
            interrupt_before?: ('*' | string[]) | null;
            /** @description Names of nodes, or `*` for all; a name that the graph does not have stops nothing */
            interrupt_after?: ('*' | string[]) | null;
            stream_mode?:
              | (
                  | (
                      | 'values'
                      | 'updates'
                      | 'messages'
                      | 'messages-tuple'
                      | 'custom'
                      | 'events'
                      | 'debug'
                      | 'tasks'
                      | 'checkpoints'
                      | 'tools'
                    )
                  | (
                      | 'values'
                      | 'updates'
                      | 'messages'
                      | 'messages-tuple'
                      | 'custom'
                      | 'events'
                      | 'debug'
                      | 'tasks'
                      | 'checkpoints'
                      | 'tools'
                    )[]
                )
              | null;
            stream_subgraphs?: boolean | null;
            on_disconnect?: ('cancel' | 'continue') | null;
            multitask_strategy?: ('reject' | 'enqueue' | 'interrupt' | 'rollback') | null;
            if_not_exists?: ('reject' | 'create') | null;
            durability?: ('sync' | 'async' | 'exit') | null;
            /** @description Of the thread that comes with the run */
            on_completion?: ('delete' | 'keep' | 'complete' | 'continue') | null;
            /** @description Counted from the launch, also where the run is paused and resumed meanwhile */
            after_seconds?: number | null;
            webhook?: string | null;
            feedback_keys?: string[] | null;
            stream_resumable?: boolean | null;
            langsmith_tracer?:
              | ({
                  project_name?: string | null;
                  example_id?: string | null;
                } & {
                  [key: string]: unknown;
                })
              | null;
            /** @description Older name: false is durability "exit" */
            checkpoint_during?: boolean | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              run_id: string;
              /** Format: uuid */
              thread_id: string;
              /** Format: uuid */
              assistant_id: string;
              /** @enum {string} */
              status: 'pending' | 'running' | 'error' | 'success' | 'timeout' | 'interrupted';
              metadata: {
                [key: string]: unknown;
              };
              kwargs: {
                [key: string]: unknown;
              };
              multitask_strategy: string;
              /** @description Where it is traced, if it says so */
              langsmith_session_name?: string;
              /** @description Holdpoint's own word for the state */
              lifecycle: {
                /** @enum {string} */
                state:
                  | 'queued'
                  | 'running'
                  | 'draining'
                  | 'awaiting_decision'
                  | 'pending'
                  | 'pausing'
                  | 'paused'
                  | 'interrupted'
                  | 'stopped'
                  | 'success'
                  | 'error'
                  | 'timeout'
                  | 'cancelled';
                pause_id: string | null;
                stop_id: string | null;
                since: string;
                reason: string | null;
              };
              /** @description Why it failed, if it did */
              failure: {
                /** @enum {string} */
                reason:
                  | 'graph_error'
                  | 'graph_load_failed'
                  | 'recursion_limit'
                  | 'attempts_exhausted'
                  | 'serialization_failed'
                  | 'storage_failed'
                  | 'timeout';
                error: string;
                message: string;
              } | null;
              created_at: string;
              updated_at: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/threads/{thread_id}/runs/{run_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Get a run */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          thread_id: string;
          run_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              run_id: string;
              /** Format: uuid */
              thread_id: string;
              /** Format: uuid */
              assistant_id: string;
              /** @enum {string} */
              status: 'pending' | 'running' | 'error' | 'success' | 'timeout' | 'interrupted';
              metadata: {
                [key: string]: unknown;
              };
              kwargs: {
                [key: string]: unknown;
              };
              multitask_strategy: string;
              /** @description Where it is traced, if it says so */
              langsmith_session_name?: string;
              /** @description Holdpoint's own word for the state */
              lifecycle: {
                /** @enum {string} */
                state:
                  | 'queued'
                  | 'running'
                  | 'draining'
                  | 'awaiting_decision'
                  | 'pending'
                  | 'pausing'
                  | 'paused'
                  | 'interrupted'
                  | 'stopped'
                  | 'success'
                  | 'error'
                  | 'timeout'
                  | 'cancelled';
                pause_id: string | null;
                stop_id: string | null;
                since: string;
                reason: string | null;
              };
              /** @description Why it failed, if it did */
              failure: {
                /** @enum {string} */
                reason:
                  | 'graph_error'
                  | 'graph_load_failed'
                  | 'recursion_limit'
                  | 'attempts_exhausted'
                  | 'serialization_failed'
                  | 'storage_failed'
                  | 'timeout';
                error: string;
                message: string;
              } | null;
              created_at: string;
              updated_at: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    /** Delete a run and its events; one that runs is cancelled first */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          thread_id: string;
          run_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        204: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/threads/{thread_id}/runs/{run_id}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Cancel a run (action=rollback: and delete what it did); with wait, answer when it has stopped */
    post: {
      parameters: {
        query?: {
          wait?: boolean;
          action?: 'interrupt' | 'rollback';
        };
        header?: never;
        path: {
          thread_id: string;
          run_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        202: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
        /** @description Done */
        204: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/approvals': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Questions on every thread, oldest first; those that wait unless another status is asked for */
    get: {
      parameters: {
        query?: {
          limit?: number;
          offset?: number;
          status?: 'waiting' | 'decided' | 'moved_on' | 'all';
          assistant_id?: string;
          thread_id?: string;
          tool?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              id: string;
              /** Format: uuid */
              thread_id: string;
              /**
               * Format: uuid
               * @description The run that asked
               */
              run_id: string;
              /** Format: uuid */
              assistant_id: string;
              graph_id: string;
              interrupt_id: string;
              checkpoint_id: string;
              /** @description How many questions its task had asked before it */
              ordinal: number;
              payload_hash: string;
              /** @enum {string} */
              status: 'waiting' | 'decided' | 'moved_on';
              description: string | null;
              /** @description What it holds; empty for a plain question */
              tool_calls: {
                id: string | null;
                name: string;
                args: unknown;
                description: string | null;
                allowed_decisions: ('approve' | 'edit' | 'reject' | 'respond')[];
              }[];
              allowed_decisions: ('approve' | 'edit' | 'reject' | 'respond')[];
              response_schema: unknown;
              /** @description What the graph asked, as it asked it */
              payload: unknown;
              expires_at: string | null;
              /** @enum {string} */
              on_expiry: 'stay' | 'reject';
              expired_at: string | null;
              decision: {
                decisions:
                  | {
                      [key: string]: unknown;
                    }[]
                  | null;
                answer: unknown;
                additional_context: string | null;
                decided_by: string;
                decided_at: string;
                via: string;
                run_id: string;
              } | null;
              created_at: string;
              updated_at: string;
            }[];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/approvals/{approval_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One question, with its decision if there is one */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          approval_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              id: string;
              /** Format: uuid */
              thread_id: string;
              /**
               * Format: uuid
               * @description The run that asked
               */
              run_id: string;
              /** Format: uuid */
              assistant_id: string;
              graph_id: string;
              interrupt_id: string;
              checkpoint_id: string;
              /** @description How many questions its task had asked before it */
              ordinal: number;
              payload_hash: string;
              /** @enum {string} */
              status: 'waiting' | 'decided' | 'moved_on';
              description: string | null;
              /** @description What it holds; empty for a plain question */
              tool_calls: {
                id: string | null;
                name: string;
                args: unknown;
                description: string | null;
                allowed_decisions: ('approve' | 'edit' | 'reject' | 'respond')[];
              }[];
              allowed_decisions: ('approve' | 'edit' | 'reject' | 'respond')[];
              response_schema: unknown;
              /** @description What the graph asked, as it asked it */
              payload: unknown;
              expires_at: string | null;
              /** @enum {string} */
              on_expiry: 'stay' | 'reject';
              expired_at: string | null;
              decision: {
                decisions:
                  | {
                      [key: string]: unknown;
                    }[]
                  | null;
                answer: unknown;
                additional_context: string | null;
                decided_by: string;
                decided_at: string;
                via: string;
                run_id: string;
              } | null;
              created_at: string;
              updated_at: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Set until when a waiting question may be decided, and what happens then */
    patch: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          approval_id: string;
        };
        cookie?: never;
      };
      requestBody?: {
        content: {
          /**
           * @example {
           *       "expires_at": "2030-01-01T09:00:00Z",
           *       "on_expiry": "reject"
           *     }
           */
          'application/json': {
            expires_at?: string | null;
            /** @enum {string} */
            on_expiry?: 'stay' | 'reject';
          } & {
            [key: string]: unknown;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              id: string;
              /** Format: uuid */
              thread_id: string;
              /**
               * Format: uuid
               * @description The run that asked
               */
              run_id: string;
              /** Format: uuid */
              assistant_id: string;
              graph_id: string;
              interrupt_id: string;
              checkpoint_id: string;
              /** @description How many questions its task had asked before it */
              ordinal: number;
              payload_hash: string;
              /** @enum {string} */
              status: 'waiting' | 'decided' | 'moved_on';
              description: string | null;
              /** @description What it holds; empty for a plain question */
              tool_calls: {
                id: string | null;
                name: string;
                args: unknown;
                description: string | null;
                allowed_decisions: ('approve' | 'edit' | 'reject' | 'respond')[];
              }[];
              allowed_decisions: ('approve' | 'edit' | 'reject' | 'respond')[];
              response_schema: unknown;
              /** @description What the graph asked, as it asked it */
              payload: unknown;
              expires_at: string | null;
              /** @enum {string} */
              on_expiry: 'stay' | 'reject';
              expired_at: string | null;
              decision: {
                decisions:
                  | {
                      [key: string]: unknown;
                    }[]
                  | null;
                answer: unknown;
                additional_context: string | null;
                decided_by: string;
                decided_at: string;
                via: string;
                run_id: string;
              } | null;
              created_at: string;
              updated_at: string;
            };
          };
        };
      };
    };
    trace?: never;
  };
  '/approvals/{approval_id}/decision': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Decide a question, once; the same again changes nothing, another decision is refused */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          approval_id: string;
        };
        cookie?: never;
      };
      requestBody?: {
        content: {
          /**
           * @example {
           *       "decision": "edit",
           *       "args": {
           *         "path": "changes.md"
           *       },
           *       "additional_context": "The name is fixed",
           *       "decided_by": "ada"
           *     }
           */
          'application/json':
            | ({
                /** @enum {string} */
                decision: 'approve' | 'edit' | 'reject' | 'respond';
                /** @description With edit: the arguments to call the tool with */
                args?: {
                  [key: string]: unknown;
                };
                /** @description With reject: why; with respond: the result of the tool */
                message?: string;
                /** @description With respond, to a question that holds no tool call: any JSON value */
                answer?: unknown;
                /** @description Whom the log names */
                decided_by?: string;
                /** @description The hash of what the person saw; another question is refused */
                payload_hash?: string;
                /** @description Told to the agent together with the decision */
                additional_context?: string;
                /**
                 * @description Answer later calls of these tools on this thread, or of this assistant, likewise
                 * @enum {string}
                 */
                remember?: 'thread' | 'assistant';
              } & {
                [key: string]: unknown;
              })
            | ({
                /** @description In the place of `decision`: one for each tool call, in their order */
                decisions: ({
                  /** @enum {string} */
                  decision: 'approve' | 'edit' | 'reject' | 'respond';
                  /** @description With edit: the arguments to call the tool with */
                  args?: {
                    [key: string]: unknown;
                  };
                  /** @description With reject: why; with respond: the result of the tool */
                  message?: string;
                  /** @description With respond, to a question that holds no tool call: any JSON value */
                  answer?: unknown;
                } & {
                  [key: string]: unknown;
                })[];
                /** @description Whom the log names */
                decided_by?: string;
                /** @description The hash of what the person saw; another question is refused */
                payload_hash?: string;
                /** @description Told to the agent together with the decision */
                additional_context?: string;
                /**
                 * @description Answer later calls of these tools on this thread, or of this assistant, likewise
                 * @enum {string}
                 */
                remember?: 'thread' | 'assistant';
              } & {
                [key: string]: unknown;
              });
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              approval: {
                /** Format: uuid */
                id: string;
                /** Format: uuid */
                thread_id: string;
                /**
                 * Format: uuid
                 * @description The run that asked
                 */
                run_id: string;
                /** Format: uuid */
                assistant_id: string;
                graph_id: string;
                interrupt_id: string;
                checkpoint_id: string;
                /** @description How many questions its task had asked before it */
                ordinal: number;
                payload_hash: string;
                /** @enum {string} */
                status: 'waiting' | 'decided' | 'moved_on';
                description: string | null;
                /** @description What it holds; empty for a plain question */
                tool_calls: {
                  id: string | null;
                  name: string;
                  args: unknown;
                  description: string | null;
                  allowed_decisions: ('approve' | 'edit' | 'reject' | 'respond')[];
                }[];
                allowed_decisions: ('approve' | 'edit' | 'reject' | 'respond')[];
                response_schema: unknown;
                /** @description What the graph asked, as it asked it */
                payload: unknown;
                expires_at: string | null;
                /** @enum {string} */
                on_expiry: 'stay' | 'reject';
                expired_at: string | null;
                decision: {
                  decisions:
                    | {
                        [key: string]: unknown;
                      }[]
                    | null;
                  answer: unknown;
                  additional_context: string | null;
                  decided_by: string;
                  decided_at: string;
                  via: string;
                  run_id: string;
                } | null;
                created_at: string;
                updated_at: string;
              };
              /**
               * Format: uuid
               * @description The run that carries the answer
               */
              run_id: string;
              /** @description The same was decided before: nothing was done now */
              already: boolean;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sticky-decisions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Remembered decisions in force, oldest first */
    get: {
      parameters: {
        query?: {
          limit?: number;
          offset?: number;
          thread_id?: string;
          assistant_id?: string;
          tool?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              id: string;
              /** @enum {string} */
              scope: 'thread' | 'assistant';
              thread_id: string | null;
              assistant_id: string | null;
              tool: string;
              /** @enum {string} */
              decision: 'approve' | 'edit' | 'reject' | 'respond';
              message: string | null;
              decided_by: string;
              /**
               * Format: uuid
               * @description The question it was first said to
               */
              approval_id: string;
              created_at: string;
            }[];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sticky-decisions/{sticky_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Forget a remembered decision; what it answered stays answered */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          sticky_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        204: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/threads/{thread_id}/log': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What happened on a thread, in order: who, when, what, why; with `Accept: text/markdown` as a document, with its pauses, where it stands and how it goes on */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              at: string;
              /** @description Who did it */
              actor: string;
              /**
               * @description What happened
               * @enum {string}
               */
              kind:
                | 'claim'
                | 'requestPause'
                | 'conditionMet'
                | 'withdrawPause'
                | 'failUnderThreshold'
                | 'drained'
                | 'drainTimeout'
                | 'interrupt'
                | 'finish'
                | 'fail'
                | 'expire'
                | 'cancel'
                | 'stop'
                | 'loseLease'
                | 'resume'
                | 'launch'
                | 'updateState'
                | 'copy'
                | 'tool'
                | 'effectResolved'
                | 'requestCancel'
                | 'requestRollback'
                | 'releaseStop'
                | 'releaseWorker'
                | 'question'
                | 'setDeadline'
                | 'decide'
                | 'questionExpired'
                | 'questionMovedOn'
                | 'questionReopened'
                | 'remember'
                | 'revoke'
                | 'extendDrain'
                | 'forcePause'
                | 'awaitResume'
                | 'triggerResume'
                | 'refuseResume';
              run_id: string | null;
              /** @description The run's state before, when it changed */
              from: string | null;
              to: string | null;
              detail: {
                [key: string]: unknown;
              } | null;
            }[];
            'text/markdown': string;
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/threads/{thread_id}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The pause that is draining or in which the thread rests */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              pause_id: string;
              /** Format: uuid */
              thread_id: string;
              /** Format: uuid */
              run_id: string;
              /** @enum {string} */
              state: 'draining' | 'paused' | 'resumed' | 'withdrawn' | 'ended';
              /** @enum {string} */
              cause: 'operator' | 'condition' | 'scope' | 'window';
              reason: string;
              requested_by: string;
              requested_at: string;
              /** @enum {string} */
              mode: 'drain' | 'now';
              drain_timeout_ms: number;
              /** @enum {string} */
              on_timeout: 'extend' | 'force';
              drain_deadline: string | null;
              /** @enum {string} */
              resume_behavior: 'continue' | 'restart_step' | 'await_instructions';
              /** @enum {string} */
              release: 'idle' | 'shutdown';
              resume_when: unknown;
              remedy: {
                [key: string]: unknown;
              } | null;
              paused_at: string | null;
              ended_at: string | null;
              ended_by: string | null;
              /** @description Whether the checkpoint was read back as it was written */
              verified: boolean | null;
              checkpoint: {
                checkpoint_id: string | null;
                parent_checkpoint_id: string | null;
                /** @description Of the checkpoint and its pending writes on disk */
                sha256: string | null;
                step: number | null;
                next: string[];
                /** @description The step in flight was cut and runs again */
                unsafe: boolean;
                taken_at: string;
                code_fingerprint: string | null;
                langgraph_version: string | null;
                state_version: string | null;
                assistant_version: number | null;
                config: {
                  [key: string]: unknown;
                };
                context: unknown;
                environment: {
                  [key: string]: unknown;
                } | null;
              } | null;
              /** @description Told only by the answer that created the pause */
              resume_token?: string;
              /** @description Told likewise: `HOLDPOINT_PUBLIC_URL`, or where that is not set the address by which this caller reached the server (`Host`, and https where `X-Forwarded-Proto` says so), then `/hooks/` and the token */
              resume_url?: string;
            };
          };
        };
      };
    };
    put?: never;
    /** Pause a thread at the end of its step, or now; one that is draining or paused answers with that pause */
    post: {
      parameters: {
        query?: never;
        header?: {
          'Idempotency-Key'?: string;
        };
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: {
        content: {
          /**
           * @example {
           *       "reason": "waiting for Redis",
           *       "resume_when": "event: redis_ready"
           *     }
           */
          'application/json': {
            reason: string;
            /**
             * @description `drain`: at the end of the step in flight; `now`: it is cut, and runs again
             * @default drain
             * @enum {string}
             */
            mode?: 'drain' | 'now';
            /**
             * @description How long the step in flight may take
             * @default 120000
             */
            drain_timeout_ms?: number;
            /**
             * @description Then: `extend` doubles the time, `force` cuts the step
             * @default extend
             * @enum {string}
             */
            on_timeout?: 'extend' | 'force';
            /**
             * @description `restart_step`: from the checkpoint before the step; `await_instructions`: not without `additional_context`, `data` or `command`
             * @default continue
             * @enum {string}
             */
            resume_behavior?: 'continue' | 'restart_step' | 'await_instructions';
            /**
             * @description `idle` keeps a warm worker; `shutdown` ends one that holds nothing else
             * @default idle
             * @enum {string}
             */
            release?: 'idle' | 'shutdown';
            resume_when?: unknown | null;
            /**
             * @description Also the threads that this one launched (`parent_thread_id` in their metadata)
             * @default false
             */
            cascade?: boolean;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              pause_id: string;
              /** Format: uuid */
              thread_id: string;
              /** Format: uuid */
              run_id: string;
              /** @enum {string} */
              state: 'draining' | 'paused' | 'resumed' | 'withdrawn' | 'ended';
              /** @enum {string} */
              cause: 'operator' | 'condition' | 'scope' | 'window';
              reason: string;
              requested_by: string;
              requested_at: string;
              /** @enum {string} */
              mode: 'drain' | 'now';
              drain_timeout_ms: number;
              /** @enum {string} */
              on_timeout: 'extend' | 'force';
              drain_deadline: string | null;
              /** @enum {string} */
              resume_behavior: 'continue' | 'restart_step' | 'await_instructions';
              /** @enum {string} */
              release: 'idle' | 'shutdown';
              resume_when: unknown;
              remedy: {
                [key: string]: unknown;
              } | null;
              paused_at: string | null;
              ended_at: string | null;
              ended_by: string | null;
              /** @description Whether the checkpoint was read back as it was written */
              verified: boolean | null;
              checkpoint: {
                checkpoint_id: string | null;
                parent_checkpoint_id: string | null;
                /** @description Of the checkpoint and its pending writes on disk */
                sha256: string | null;
                step: number | null;
                next: string[];
                /** @description The step in flight was cut and runs again */
                unsafe: boolean;
                taken_at: string;
                code_fingerprint: string | null;
                langgraph_version: string | null;
                state_version: string | null;
                assistant_version: number | null;
                config: {
                  [key: string]: unknown;
                };
                context: unknown;
                environment: {
                  [key: string]: unknown;
                } | null;
              } | null;
              /** @description Told only by the answer that created the pause */
              resume_token?: string;
              /** @description Told likewise: `HOLDPOINT_PUBLIC_URL`, or where that is not set the address by which this caller reached the server (`Host`, and https where `X-Forwarded-Proto` says so), then `/hooks/` and the token */
              resume_url?: string;
              cascade?: {
                /** Format: uuid */
                thread_id: string;
                state: string;
                detail: string | null;
              }[];
            };
          };
        };
        /** @description Done */
        202: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              pause_id: string;
              /** Format: uuid */
              thread_id: string;
              /** Format: uuid */
              run_id: string;
              /** @enum {string} */
              state: 'draining' | 'paused' | 'resumed' | 'withdrawn' | 'ended';
              /** @enum {string} */
              cause: 'operator' | 'condition' | 'scope' | 'window';
              reason: string;
              requested_by: string;
              requested_at: string;
              /** @enum {string} */
              mode: 'drain' | 'now';
              drain_timeout_ms: number;
              /** @enum {string} */
              on_timeout: 'extend' | 'force';
              drain_deadline: string | null;
              /** @enum {string} */
              resume_behavior: 'continue' | 'restart_step' | 'await_instructions';
              /** @enum {string} */
              release: 'idle' | 'shutdown';
              resume_when: unknown;
              remedy: {
                [key: string]: unknown;
              } | null;
              paused_at: string | null;
              ended_at: string | null;
              ended_by: string | null;
              /** @description Whether the checkpoint was read back as it was written */
              verified: boolean | null;
              checkpoint: {
                checkpoint_id: string | null;
                parent_checkpoint_id: string | null;
                /** @description Of the checkpoint and its pending writes on disk */
                sha256: string | null;
                step: number | null;
                next: string[];
                /** @description The step in flight was cut and runs again */
                unsafe: boolean;
                taken_at: string;
                code_fingerprint: string | null;
                langgraph_version: string | null;
                state_version: string | null;
                assistant_version: number | null;
                config: {
                  [key: string]: unknown;
                };
                context: unknown;
                environment: {
                  [key: string]: unknown;
                } | null;
              } | null;
              /** @description Told only by the answer that created the pause */
              resume_token?: string;
              /** @description Told likewise: `HOLDPOINT_PUBLIC_URL`, or where that is not set the address by which this caller reached the server (`Host`, and https where `X-Forwarded-Proto` says so), then `/hooks/` and the token */
              resume_url?: string;
              cascade?: {
                /** Format: uuid */
                thread_id: string;
                state: string;
                detail: string | null;
              }[];
            };
          };
        };
      };
    };
    /** Withdraw a pause that is still draining */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              pause_id: string;
              /** Format: uuid */
              thread_id: string;
              /** Format: uuid */
              run_id: string;
              /** @enum {string} */
              state: 'draining' | 'paused' | 'resumed' | 'withdrawn' | 'ended';
              /** @enum {string} */
              cause: 'operator' | 'condition' | 'scope' | 'window';
              reason: string;
              requested_by: string;
              requested_at: string;
              /** @enum {string} */
              mode: 'drain' | 'now';
              drain_timeout_ms: number;
              /** @enum {string} */
              on_timeout: 'extend' | 'force';
              drain_deadline: string | null;
              /** @enum {string} */
              resume_behavior: 'continue' | 'restart_step' | 'await_instructions';
              /** @enum {string} */
              release: 'idle' | 'shutdown';
              resume_when: unknown;
              remedy: {
                [key: string]: unknown;
              } | null;
              paused_at: string | null;
              ended_at: string | null;
              ended_by: string | null;
              /** @description Whether the checkpoint was read back as it was written */
              verified: boolean | null;
              checkpoint: {
                checkpoint_id: string | null;
                parent_checkpoint_id: string | null;
                /** @description Of the checkpoint and its pending writes on disk */
                sha256: string | null;
                step: number | null;
                next: string[];
                /** @description The step in flight was cut and runs again */
                unsafe: boolean;
                taken_at: string;
                code_fingerprint: string | null;
                langgraph_version: string | null;
                state_version: string | null;
                assistant_version: number | null;
                config: {
                  [key: string]: unknown;
                };
                context: unknown;
                environment: {
                  [key: string]: unknown;
                } | null;
              } | null;
              /** @description Told only by the answer that created the pause */
              resume_token?: string;
              /** @description Told likewise: `HOLDPOINT_PUBLIC_URL`, or where that is not set the address by which this caller reached the server (`Host`, and https where `X-Forwarded-Proto` says so), then `/hooks/` and the token */
              resume_url?: string;
            };
          };
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/threads/{thread_id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Resume a paused or stopped thread, once every check of the preflight passed */
    post: {
      parameters: {
        query?: never;
        header?: {
          'Idempotency-Key'?: string;
        };
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: {
        content: {
          /**
           * @example {
           *       "additional_context": "Redis is at redis://10.0.0.7"
           *     }
           */
          'application/json': {
            /**
             * @description What set it off, for the log and for `onResume` of the graph
             * @default manual
             */
            trigger?: string | null;
            /** @description For `onResume` of the graph; where it has none, a message of a person */
            data?: unknown;
            /** @description The same, as a text */
            additional_context?: string | null;
            /** @description As that of a run: it answers, changes or jumps */
            command?:
              | ({
                  resume?: unknown;
                  update?:
                    | (
                        | {
                            [key: string]: unknown;
                          }
                        | [string, unknown][]
                      )
                    | null;
                  goto?:
                    | (
                        | string
                        | {
                            node: string;
                            input?: unknown;
                            args?: unknown;
                          }
                        | (
                            | string
                            | {
                                node: string;
                                input?: unknown;
                                args?: unknown;
                              }
                          )[]
                      )
                    | null;
                } & {
                  [key: string]: unknown;
                })
              | null;
            /**
             * @description Where code or configuration changed since the pause: `refuse`, the same as `migrate`, goes on only where the graph has a migration; `accept` goes on without one, with what is in force now
             * @default refuse
             */
            on_drift?: ('refuse' | 'accept' | 'migrate') | null;
            /**
             * @description Past the failed checks that can be overruled; it is in the log
             * @default false
             */
            force?: boolean | null;
            /** @description Go on from this checkpoint of the thread, not from that of the pause */
            from_checkpoint_id?: string | null;
            /** @description When given it must be that of the pause */
            resume_token?: string | null;
            /** @description As the header `Idempotency-Key`: asked again with the same key, it resumes once and answers the same, until it is resumed anew */
            idempotency_key?: string | null;
            /** @description Also the threads that were paused with it */
            cascade?: boolean | null;
            /** @description What the run may spend from now on, where a budget was reached */
            budget?: {
              max_tokens?: number;
              max_cost?: number;
            } | null;
          };
        };
      };
      responses: {
        /** @description Done */
        202: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              run_id: string;
              attempt: number;
              preflight: ({
                name: string;
                /** @enum {string} */
                status: 'passed' | 'warning' | 'accepted' | 'migrated' | 'forced' | 'skipped' | 'failed';
                detail: string | null;
                duration_ms: number;
              } & {
                [key: string]: unknown;
              })[];
              cascade?: {
                /** Format: uuid */
                thread_id: string;
                state: string;
                detail: string | null;
              }[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/threads/{thread_id}/resume/preflight': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** What a resume that is asked for like this would find; nothing changes */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: {
        content: {
          'application/json': {
            /**
             * @description What set it off, for the log and for `onResume` of the graph
             * @default manual
             */
            trigger?: string | null;
            /** @description For `onResume` of the graph; where it has none, a message of a person */
            data?: unknown;
            /** @description The same, as a text */
            additional_context?: string | null;
            /** @description As that of a run: it answers, changes or jumps */
            command?:
              | ({
                  resume?: unknown;
                  update?:
                    | (
                        | {
                            [key: string]: unknown;
                          }
                        | [string, unknown][]
                      )
                    | null;
                  goto?:
                    | (
                        | string
                        | {
                            node: string;
                            input?: unknown;
                            args?: unknown;
                          }
                        | (
                            | string
                            | {
                                node: string;
                                input?: unknown;
                                args?: unknown;
                              }
                          )[]
                      )
                    | null;
                } & {
                  [key: string]: unknown;
                })
              | null;
            /**
             * @description Where code or configuration changed since the pause: `refuse`, the same as `migrate`, goes on only where the graph has a migration; `accept` goes on without one, with what is in force now
             * @default refuse
             */
            on_drift?: ('refuse' | 'accept' | 'migrate') | null;
            /**
             * @description Past the failed checks that can be overruled; it is in the log
             * @default false
             */
            force?: boolean | null;
            /** @description Go on from this checkpoint of the thread, not from that of the pause */
            from_checkpoint_id?: string | null;
            /** @description When given it must be that of the pause */
            resume_token?: string | null;
            /** @description As the header `Idempotency-Key`: asked again with the same key, it resumes once and answers the same, until it is resumed anew */
            idempotency_key?: string | null;
            /** @description Also the threads that were paused with it */
            cascade?: boolean | null;
            /** @description What the run may spend from now on, where a budget was reached */
            budget?: {
              max_tokens?: number;
              max_cost?: number;
            } | null;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** @description Asked for like this, it would resume now */
              passes: boolean;
              preflight: ({
                name: string;
                /** @enum {string} */
                status: 'passed' | 'warning' | 'accepted' | 'migrated' | 'forced' | 'skipped' | 'failed';
                detail: string | null;
                duration_ms: number;
              } & {
                [key: string]: unknown;
              })[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/threads/{thread_id}/pauses': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** All pauses of a thread, newest first */
    get: {
      parameters: {
        query?: {
          limit?: number;
          offset?: number;
        };
        header?: never;
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              pause_id: string;
              /** Format: uuid */
              thread_id: string;
              /** Format: uuid */
              run_id: string;
              /** @enum {string} */
              state: 'draining' | 'paused' | 'resumed' | 'withdrawn' | 'ended';
              /** @enum {string} */
              cause: 'operator' | 'condition' | 'scope' | 'window';
              reason: string;
              requested_by: string;
              requested_at: string;
              /** @enum {string} */
              mode: 'drain' | 'now';
              drain_timeout_ms: number;
              /** @enum {string} */
              on_timeout: 'extend' | 'force';
              drain_deadline: string | null;
              /** @enum {string} */
              resume_behavior: 'continue' | 'restart_step' | 'await_instructions';
              /** @enum {string} */
              release: 'idle' | 'shutdown';
              resume_when: unknown;
              remedy: {
                [key: string]: unknown;
              } | null;
              paused_at: string | null;
              ended_at: string | null;
              ended_by: string | null;
              /** @description Whether the checkpoint was read back as it was written */
              verified: boolean | null;
              checkpoint: {
                checkpoint_id: string | null;
                parent_checkpoint_id: string | null;
                /** @description Of the checkpoint and its pending writes on disk */
                sha256: string | null;
                step: number | null;
                next: string[];
                /** @description The step in flight was cut and runs again */
                unsafe: boolean;
                taken_at: string;
                code_fingerprint: string | null;
                langgraph_version: string | null;
                state_version: string | null;
                assistant_version: number | null;
                config: {
                  [key: string]: unknown;
                };
                context: unknown;
                environment: {
                  [key: string]: unknown;
                } | null;
              } | null;
              /** @description Told only by the answer that created the pause */
              resume_token?: string;
              /** @description Told likewise: `HOLDPOINT_PUBLIC_URL`, or where that is not set the address by which this caller reached the server (`Host`, and https where `X-Forwarded-Proto` says so), then `/hooks/` and the token */
              resume_url?: string;
            }[];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/waiting-threads': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Threads whose pause ends by a condition, with what they wait for, longest first */
    get: {
      parameters: {
        query?: {
          limit?: number;
          offset?: number;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              thread_id: string;
              /** Format: uuid */
              run_id: string;
              /** Format: uuid */
              pause_id: string;
              /** @enum {string} */
              state: 'draining' | 'paused' | 'resumed' | 'withdrawn' | 'ended';
              reason: string;
              requested_by: string;
              requested_at: string;
              /** @description What it waits for */
              resume_when: unknown;
            }[];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/pauses': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List pauses of scopes, newest first */
    get: {
      parameters: {
        query?: {
          state?: 'active' | 'resumed';
          limit?: number;
          offset?: number;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              pause_id: string;
              scope: {
                [key: string]: unknown;
              };
              /** @enum {string} */
              state: 'active' | 'resumed';
              reason: string;
              /** @enum {string} */
              new_runs: 'queue' | 'reject' | 'redirect';
              redirect_to: string | null;
              resume_when: unknown;
              window_id: string | null;
              requested_by: string;
              requested_at: string;
              ended_by: string | null;
              ended_at: string | null;
              /** @description Runs in scope: on their way to a stop, at rest in this pause, held back in the queue */
              runs?: {
                draining: number;
                paused: number;
                held: number;
              };
              /** @description Told only by the answer that created the pause */
              resume_token?: string;
              /** @description Told likewise: `HOLDPOINT_PUBLIC_URL`, or where that is not set the address by which this caller reached the server (`Host`, and https where `X-Forwarded-Proto` says so), then `/hooks/` and the token */
              resume_url?: string;
            }[];
          };
        };
      };
    };
    put?: never;
    /** Pause a thread, an assistant, a graph or everything: what runs and what comes */
    post: {
      parameters: {
        query?: never;
        header?: {
          'Idempotency-Key'?: string;
        };
        path?: never;
        cookie?: never;
      };
      requestBody?: {
        content: {
          /**
           * @example {
           *       "scope": {
           *         "graph_id": "agent"
           *       },
           *       "reason": "database maintenance",
           *       "new_runs": "queue"
           *     }
           */
          'application/json': {
            reason: string;
            /**
             * @description `drain`: at the end of the step in flight; `now`: it is cut, and runs again
             * @default drain
             * @enum {string}
             */
            mode?: 'drain' | 'now';
            /**
             * @description How long the step in flight may take
             * @default 120000
             */
            drain_timeout_ms?: number;
            /**
             * @description Then: `extend` doubles the time, `force` cuts the step
             * @default extend
             * @enum {string}
             */
            on_timeout?: 'extend' | 'force';
            /**
             * @description `restart_step`: from the checkpoint before the step; `await_instructions`: not without `additional_context`, `data` or `command`
             * @default continue
             * @enum {string}
             */
            resume_behavior?: 'continue' | 'restart_step' | 'await_instructions';
            /**
             * @description `idle` keeps a warm worker; `shutdown` ends one that holds nothing else
             * @default idle
             * @enum {string}
             */
            release?: 'idle' | 'shutdown';
            resume_when?: unknown | null;
            /** @description `{"thread_id"}`, `{"assistant_id"}`, `{"graph_id"}` or `{"all": true}` */
            scope:
              | {
                  /** Format: uuid */
                  thread_id: string;
                }
              | {
                  /** Format: uuid */
                  assistant_id: string;
                }
              | {
                  graph_id: string;
                }
              | {
                  /** @constant */
                  all: true;
                };
            /**
             * @description New runs in scope: `queue` (they wait), `reject` (503) or `redirect` to `redirect_to`
             * @enum {string}
             */
            new_runs?: 'queue' | 'reject' | 'redirect';
            redirect_to?: string | null;
          };
        };
      };
      responses: {
        /** @description Done */
        202: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              pause_id: string;
              scope: {
                [key: string]: unknown;
              };
              /** @enum {string} */
              state: 'active' | 'resumed';
              reason: string;
              /** @enum {string} */
              new_runs: 'queue' | 'reject' | 'redirect';
              redirect_to: string | null;
              resume_when: unknown;
              window_id: string | null;
              requested_by: string;
              requested_at: string;
              ended_by: string | null;
              ended_at: string | null;
              /** @description Runs in scope: on their way to a stop, at rest in this pause, held back in the queue */
              runs?: {
                draining: number;
                paused: number;
                held: number;
              };
              /** @description Told only by the answer that created the pause */
              resume_token?: string;
              /** @description Told likewise: `HOLDPOINT_PUBLIC_URL`, or where that is not set the address by which this caller reached the server (`Host`, and https where `X-Forwarded-Proto` says so), then `/hooks/` and the token */
              resume_url?: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/pauses/{pause_id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Let a paused scope go on: threads it paused resume through their preflight, held runs start in order */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          pause_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        202: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              pause_id: string;
              scope: {
                [key: string]: unknown;
              };
              /** @enum {string} */
              state: 'active' | 'resumed';
              reason: string;
              /** @enum {string} */
              new_runs: 'queue' | 'reject' | 'redirect';
              redirect_to: string | null;
              resume_when: unknown;
              window_id: string | null;
              requested_by: string;
              requested_at: string;
              ended_by: string | null;
              ended_at: string | null;
              /** @description Runs in scope: on their way to a stop, at rest in this pause, held back in the queue */
              runs?: {
                draining: number;
                paused: number;
                held: number;
              };
              /** @description Told only by the answer that created the pause */
              resume_token?: string;
              /** @description Told likewise: `HOLDPOINT_PUBLIC_URL`, or where that is not set the address by which this caller reached the server (`Host`, and https where `X-Forwarded-Proto` says so), then `/hooks/` and the token */
              resume_url?: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/pauses/{pause_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Get a pause of a scope, with how many runs it holds */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          pause_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              pause_id: string;
              scope: {
                [key: string]: unknown;
              };
              /** @enum {string} */
              state: 'active' | 'resumed';
              reason: string;
              /** @enum {string} */
              new_runs: 'queue' | 'reject' | 'redirect';
              redirect_to: string | null;
              resume_when: unknown;
              window_id: string | null;
              requested_by: string;
              requested_at: string;
              ended_by: string | null;
              ended_at: string | null;
              /** @description Runs in scope: on their way to a stop, at rest in this pause, held back in the queue */
              runs?: {
                draining: number;
                paused: number;
                held: number;
              };
              /** @description Told only by the answer that created the pause */
              resume_token?: string;
              /** @description Told likewise: `HOLDPOINT_PUBLIC_URL`, or where that is not set the address by which this caller reached the server (`Host`, and https where `X-Forwarded-Proto` says so), then `/hooks/` and the token */
              resume_url?: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/pause-windows': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List pause windows, oldest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              window_id: string;
              name: string;
              scope: {
                [key: string]: unknown;
              };
              schedule: string;
              timezone: string;
              duration_ms: number;
              drain_lead_ms: number;
              notify: {
                url: string;
                lead_ms: number;
              }[];
              resume_after: boolean;
              /** @enum {string} */
              new_runs: 'queue' | 'reject' | 'redirect';
              redirect_to: string | null;
              enabled: boolean;
              /** @description The pause it is in now, and until when */
              open: {
                pause_id: string;
                ends_at: string;
              } | null;
              created_at: string;
              updated_at: string;
            }[];
          };
        };
      };
    };
    put?: never;
    /** Create a pause window */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: {
        content: {
          /**
           * @example {
           *       "name": "nightly",
           *       "scope": {
           *         "all": true
           *       },
           *       "schedule": "30 2 * * *",
           *       "timezone": "Europe/Berlin",
           *       "duration_ms": 3600000,
           *       "drain_lead_ms": 120000
           *     }
           */
          'application/json': {
            name: string;
            /** @description `{"thread_id"}`, `{"assistant_id"}`, `{"graph_id"}` or `{"all": true}` */
            scope:
              | {
                  /** Format: uuid */
                  thread_id: string;
                }
              | {
                  /** Format: uuid */
                  assistant_id: string;
                }
              | {
                  graph_id: string;
                }
              | {
                  /** @constant */
                  all: true;
                };
            /** @description When it starts, as a cron expression */
            schedule: string;
            /** @default UTC */
            timezone?: string;
            duration_ms: number;
            /**
             * @description How long before the start threads begin to drain
             * @default 0
             */
            drain_lead_ms?: number;
            /**
             * @description Who is told, and how long before the start
             * @default []
             */
            notify?: {
              url: string;
              lead_ms: number;
            }[];
            /**
             * @description Whether what it paused goes on when it ends
             * @default true
             */
            resume_after?: boolean;
            /**
             * @description New runs in scope: `queue` (they wait), `reject` (503) or `redirect` to `redirect_to`
             * @default queue
             * @enum {string}
             */
            new_runs?: 'queue' | 'reject' | 'redirect';
            /** @default null */
            redirect_to?: string | null;
            /** @default true */
            enabled?: boolean;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              window_id: string;
              name: string;
              scope: {
                [key: string]: unknown;
              };
              schedule: string;
              timezone: string;
              duration_ms: number;
              drain_lead_ms: number;
              notify: {
                url: string;
                lead_ms: number;
              }[];
              resume_after: boolean;
              /** @enum {string} */
              new_runs: 'queue' | 'reject' | 'redirect';
              redirect_to: string | null;
              enabled: boolean;
              /** @description The pause it is in now, and until when */
              open: {
                pause_id: string;
                ends_at: string;
              } | null;
              created_at: string;
              updated_at: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/pause-windows/preview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** When a pause window that is not made yet would be open */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: {
        content: {
          'application/json': {
            /** @description When it starts, as a cron expression */
            schedule: string;
            /** @default UTC */
            timezone?: string;
            duration_ms: number;
            /**
             * @description How long before the start threads begin to drain
             * @default 0
             */
            drain_lead_ms?: number;
            /** @default 5 */
            count?: number;
          } & {
            [key: string]: unknown;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              drain_at: string;
              starts_at: string;
              ends_at: string;
            }[];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/pause-windows/{window_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Get a pause window */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          window_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              window_id: string;
              name: string;
              scope: {
                [key: string]: unknown;
              };
              schedule: string;
              timezone: string;
              duration_ms: number;
              drain_lead_ms: number;
              notify: {
                url: string;
                lead_ms: number;
              }[];
              resume_after: boolean;
              /** @enum {string} */
              new_runs: 'queue' | 'reject' | 'redirect';
              redirect_to: string | null;
              enabled: boolean;
              /** @description The pause it is in now, and until when */
              open: {
                pause_id: string;
                ends_at: string;
              } | null;
              created_at: string;
              updated_at: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    /** Delete a pause window; one that is open is left */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          window_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        204: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    options?: never;
    head?: never;
    /** Change a pause window; one that is open ends at its new end */
    patch: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          window_id: string;
        };
        cookie?: never;
      };
      requestBody?: {
        content: {
          'application/json': {
            name?: string;
            /** @description `{"thread_id"}`, `{"assistant_id"}`, `{"graph_id"}` or `{"all": true}` */
            scope?:
              | {
                  /** Format: uuid */
                  thread_id: string;
                }
              | {
                  /** Format: uuid */
                  assistant_id: string;
                }
              | {
                  graph_id: string;
                }
              | {
                  /** @constant */
                  all: true;
                };
            /** @description When it starts, as a cron expression */
            schedule?: string;
            timezone?: string;
            duration_ms?: number;
            /** @description How long before the start threads begin to drain */
            drain_lead_ms?: number;
            /** @description Who is told, and how long before the start */
            notify?: {
              url: string;
              lead_ms: number;
            }[];
            /** @description Whether what it paused goes on when it ends */
            resume_after?: boolean;
            /**
             * @description New runs in scope: `queue` (they wait), `reject` (503) or `redirect` to `redirect_to`
             * @enum {string}
             */
            new_runs?: 'queue' | 'reject' | 'redirect';
            redirect_to?: string | null;
            enabled?: boolean;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              window_id: string;
              name: string;
              scope: {
                [key: string]: unknown;
              };
              schedule: string;
              timezone: string;
              duration_ms: number;
              drain_lead_ms: number;
              notify: {
                url: string;
                lead_ms: number;
              }[];
              resume_after: boolean;
              /** @enum {string} */
              new_runs: 'queue' | 'reject' | 'redirect';
              redirect_to: string | null;
              enabled: boolean;
              /** @description The pause it is in now, and until when */
              open: {
                pause_id: string;
                ends_at: string;
              } | null;
              created_at: string;
              updated_at: string;
            };
          };
        };
      };
    };
    trace?: never;
  };
  '/pause-windows/{window_id}/occurrences': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Preview when a pause window is open */
    get: {
      parameters: {
        query?: {
          count?: number;
        };
        header?: never;
        path: {
          window_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              drain_at: string;
              starts_at: string;
              ends_at: string;
            }[];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/emergency-stops': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Stops in force (or released ones), newest first, with every run they cover */
    get: {
      parameters: {
        query?: {
          limit?: number;
          offset?: number;
          released?: boolean;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              stop_id: string;
              scope: {
                [key: string]: unknown;
              };
              /** @enum {string} */
              state: 'in_force' | 'released';
              reason: string;
              requested_by: string;
              created_at: string;
              released_at: string | null;
              released_by: string | null;
              runs: {
                /** Format: uuid */
                run_id: string;
                /** Format: uuid */
                thread_id: string;
                /** @description It is certain that no code of the run executes any more */
                confirmed: boolean;
                confirmed_at: string | null;
              }[];
            }[];
          };
        };
      };
    };
    put?: never;
    /** Stop a thread, an assistant or everything at once, and keep it stopped until the release */
    post: {
      parameters: {
        query?: never;
        header?: {
          'Idempotency-Key'?: string;
        };
        path?: never;
        cookie?: never;
      };
      requestBody?: {
        content: {
          /**
           * @example {
           *       "scope": {
           *         "all": true
           *       },
           *       "reason": "it mails every customer"
           *     }
           */
          'application/json': {
            scope:
              | {
                  /** @constant */
                  all: true;
                }
              | {
                  /** Format: uuid */
                  assistant_id: string;
                }
              | {
                  /** Format: uuid */
                  thread_id: string;
                };
            reason: string;
            requested_by?: string;
          } & {
            [key: string]: unknown;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              stop_id: string;
              scope: {
                [key: string]: unknown;
              };
              /** @enum {string} */
              state: 'in_force' | 'released';
              reason: string;
              requested_by: string;
              created_at: string;
              released_at: string | null;
              released_by: string | null;
              runs: {
                /** Format: uuid */
                run_id: string;
                /** Format: uuid */
                thread_id: string;
                /** @description It is certain that no code of the run executes any more */
                confirmed: boolean;
                confirmed_at: string | null;
              }[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/emergency-stops/{stop_id}/release': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Lift a stop; what it stopped stays stopped until each thread is resumed */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          stop_id: string;
        };
        cookie?: never;
      };
      requestBody?: {
        content: {
          /**
           * @example {
           *       "released_by": "ada"
           *     }
           */
          'application/json': {
            released_by?: string;
          } & {
            [key: string]: unknown;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              stop_id: string;
              scope: {
                [key: string]: unknown;
              };
              /** @enum {string} */
              state: 'in_force' | 'released';
              reason: string;
              requested_by: string;
              created_at: string;
              released_at: string | null;
              released_by: string | null;
              runs: {
                /** Format: uuid */
                run_id: string;
                /** Format: uuid */
                thread_id: string;
                /** @description It is certain that no code of the run executes any more */
                confirmed: boolean;
                confirmed_at: string | null;
              }[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/emergency-stops/{stop_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A stop: what was running, and what is confirmed down */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          stop_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              stop_id: string;
              scope: {
                [key: string]: unknown;
              };
              /** @enum {string} */
              state: 'in_force' | 'released';
              reason: string;
              requested_by: string;
              created_at: string;
              released_at: string | null;
              released_by: string | null;
              runs: {
                /** Format: uuid */
                run_id: string;
                /** Format: uuid */
                thread_id: string;
                /** @description It is certain that no code of the run executes any more */
                confirmed: boolean;
                confirmed_at: string | null;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/threads/{thread_id}/effects': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Side effects of a thread, in the order they were intended */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          thread_id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** @description The same on every replay: handed to the target to tell a repetition */
              key: string;
              name: string;
              /**
               * @description `intended`: it may or may not have happened; `done`; `failed`: it did not happen
               * @enum {string}
               */
              state: 'intended' | 'done' | 'failed';
              /** @enum {string} */
              on_in_doubt: 'verify' | 'retry' | 'hold' | 'fail';
              checkpoint_ns: string;
              task_id: string;
              tool_call_id: string | null;
              run_id: string;
              result: unknown;
              error: string | null;
              intended_at: string;
              settled_at: string | null;
            }[];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/threads/{thread_id}/effects/{effect_key}/resolution': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Say of an effect in doubt, on a thread at rest, whether it happened */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          thread_id: string;
          effect_key: string;
        };
        cookie?: never;
      };
      requestBody?: {
        content: {
          /**
           * @example {
           *       "happened": true,
           *       "result": "sent at noon",
           *       "decided_by": "ada"
           *     }
           */
          'application/json': {
            /** @description true: it is not done again, and the graph is given `result`; false: it may be done */
            happened: boolean;
            /** @description With `happened: true`: what the graph is to be given */
            result?: unknown;
            decided_by?: string;
          };
        };
      };
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** @description The same on every replay: handed to the target to tell a repetition */
              key: string;
              name: string;
              /**
               * @description `intended`: it may or may not have happened; `done`; `failed`: it did not happen
               * @enum {string}
               */
              state: 'intended' | 'done' | 'failed';
              /** @enum {string} */
              on_in_doubt: 'verify' | 'retry' | 'hold' | 'fail';
              checkpoint_ns: string;
              task_id: string;
              tool_call_id: string | null;
              run_id: string;
              result: unknown;
              error: string | null;
              intended_at: string;
              settled_at: string | null;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/workers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The worker processes: what each has, and its last sign of life */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              worker_id: string;
              pid: number | null;
              version: string;
              /**
               * @description `draining`: takes nothing new, and another has taken its place
               * @enum {string}
               */
              state: 'starting' | 'running' | 'draining';
              /** @description Runs it may have at once */
              slots: number;
              /** @description Runs it has now, by its last sign of life */
              active: number;
              /** @description Runs it has taken since it started */
              taken: number;
              memory_bytes: number;
              started_at: string;
              last_heartbeat: string;
              drain: {
                why: string;
                since: string;
                deadline: string;
              } | null;
              /** @description Threads it owns, by the ledger */
              holds: {
                /** Format: uuid */
                thread_id: string;
                run_id: string | null;
              }[];
            }[];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/workers/{worker_id}/drain': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Let a worker bring what it has to a boundary and end; another takes its place, and its runs go on there */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          worker_id: string;
        };
        cookie?: never;
      };
      requestBody?: {
        content: {
          /**
           * @example {
           *       "reason": "looks slow"
           *     }
           */
          'application/json': {
            reason?: string;
            /**
             * @description Then steps that have not ended are cut, and run again elsewhere
             * @default 120000
             */
            timeout_ms?: number;
          } & {
            [key: string]: unknown;
          };
        };
      };
      responses: {
        /** @description Done */
        202: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              worker_id: string;
              pid: number | null;
              version: string;
              /**
               * @description `draining`: takes nothing new, and another has taken its place
               * @enum {string}
               */
              state: 'starting' | 'running' | 'draining';
              /** @description Runs it may have at once */
              slots: number;
              /** @description Runs it has now, by its last sign of life */
              active: number;
              /** @description Runs it has taken since it started */
              taken: number;
              memory_bytes: number;
              started_at: string;
              last_heartbeat: string;
              drain: {
                why: string;
                since: string;
                deadline: string;
              } | null;
              /** @description Threads it owns, by the ledger */
              holds: {
                /** Format: uuid */
                thread_id: string;
                run_id: string | null;
              }[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/overview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How many threads there are of each kind, how many questions wait, and how long the queue is */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** @description Threads by what they do: the states of their last runs, grouped */
              groups: {
                running: number;
                needs_you: number;
                paused: number;
                scheduled: number;
                done: number;
                failed: number;
              };
              /** @description All threads, also those that never ran */
              threads: number;
              /** @description Questions that wait */
              approvals: number;
              queue: {
                /** @description Runs that a worker could take now */
                depth: number;
                oldest_at: string | null;
              };
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/overview/threads': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Threads with what each does or wants now, in short */
    get: {
      parameters: {
        query?: {
          limit?: number;
          offset?: number;
          group?: 'running' | 'needs_you' | 'paused' | 'scheduled' | 'done' | 'failed';
          graph_id?: string;
          q?: string;
          sort_by?: 'updated_at' | 'created_at' | 'graph_id' | 'lifecycle_since';
          sort_order?: 'asc' | 'desc';
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: uuid */
              thread_id: string;
              graph_id: string | null;
              group: ('running' | 'needs_you' | 'paused' | 'scheduled' | 'done' | 'failed') | null;
              lifecycle: {
                /** @enum {string} */
                state:
                  | 'queued'
                  | 'running'
                  | 'draining'
                  | 'awaiting_decision'
                  | 'pending'
                  | 'pausing'
                  | 'paused'
                  | 'interrupted'
                  | 'stopped'
                  | 'success'
                  | 'error'
                  | 'timeout'
                  | 'cancelled';
                pause_id: string | null;
                stop_id: string | null;
                since: string;
                reason: string | null;
              } | null;
              /** @description Of its latest checkpoint */
              step: number | null;
              /** @description What its questions ask for, in short */
              wants: {
                tool: string | null;
                text: string;
              }[];
              /** @description The last message of its state, in short; null where the state is large */
              said: {
                by: string;
                text: string;
              } | null;
              /** @description When its delayed run starts */
              due_at: string | null;
              created_at: string;
              updated_at: string;
            }[];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/activity': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What happened on all threads, newest first; X-Pagination-Next is what `before` of the next page is to be */
    get: {
      parameters: {
        query?: {
          limit?: number;
          before?: number;
          thread_id?: string;
          actor?: string;
          kind?: string;
          since?: string;
          until?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Done */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              at: string;
              /** @description Who did it */
              actor: string;
              /**
               * @description What happened
               * @enum {string}
               */
              kind:
                | 'claim'
                | 'requestPause'
                | 'conditionMet'
                | 'withdrawPause'
                | 'failUnderThreshold'
                | 'drained'
                | 'drainTimeout'
                | 'interrupt'
                | 'finish'
                | 'fail'
                | 'expire'
                | 'cancel'
                | 'stop'
                | 'loseLease'
                | 'resume'
                | 'launch'
                | 'updateState'
                | 'copy'
                | 'tool'
                | 'effectResolved'
                | 'requestCancel'
                | 'requestRollback'
                | 'releaseStop'
                | 'releaseWorker'
                | 'question'
                | 'setDeadline'
                | 'decide'
                | 'questionExpired'
                | 'questionMovedOn'
                | 'questionReopened'
                | 'remember'
                | 'revoke'
                | 'extendDrain'
                | 'forcePause'
                | 'awaitResume'
                | 'triggerResume'
                | 'refuseResume';
              run_id: string | null;
              /** @description The run's state before, when it changed */
              from: string | null;
              to: string | null;
              detail: {
                [key: string]: unknown;
              } | null;
              /** @description Its place: later lines have higher numbers */
              id: number;
              /** Format: uuid */
              thread_id: string;
            }[];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    Error: {
      code: string;
      message: string;
      metadata: {
        [key: string]: unknown;
      };
      detail: string;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
