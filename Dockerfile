# Holdpoint with its default agent. How to run it, and your own graphs in it: docs/scaling.md, "Containers".
FROM node:20-bookworm-slim AS build
WORKDIR /app
# better-sqlite3 is compiled where it has no prebuilt binary.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 make g++ && rm -rf /var/lib/apt/lists/*
COPY . .
# The compiler stays: it reads the types of graphs for their schemas.
RUN npm ci --no-audit --no-fund && cp -r node_modules/typescript /tmp/typescript \
  && npm prune --omit=dev --no-audit --no-fund --ignore-scripts && mv /tmp/typescript node_modules/

FROM node:20-bookworm-slim
WORKDIR /app
# Whatever is written lies in the one folder that lasts and that the user may write.
ENV NODE_ENV=production HOLDPOINT_DATA=/data HOLDPOINT_WORKSPACE=/data/workspace HOLDPOINT_OUTBOX=/data/outbox
COPY --from=build /app/package.json /app/langgraph.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/graphs ./graphs
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 2024
# Workers open no port: their orchestrator watches the process.
ENTRYPOINT ["node", "dist/cli.js"]
CMD ["serve"]
