/** The default agent's graph, as LangGraph draws it. Needs dist/, from which the graph imports holdpoint/gates. */
export const agentPicture = async () => {
  const { graph } = await import('../../graphs/agent/graph.ts');
  const drawing = (await graph.getGraphAsync()).drawMermaid({ withStyles: false });
  return `\`\`\`mermaid\n${drawing.trim()}\n\`\`\``;
};
