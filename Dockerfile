# syntax=docker/dockerfile:1
# The operator, without shell, package manager or anything that only building needs.
#
#   docker build -t trunkline:0.1.0 .
#
# Pin both images by digest for a build that can be repeated: --build-arg BUILD_IMAGE=node@sha256:… --build-arg RUNTIME_IMAGE=…@sha256:…
ARG BUILD_IMAGE=docker.io/library/node:24-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot

# Nothing that is installed or compiled depends on the processor, so one build serves every platform.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY operator operator
RUN node_modules/.bin/tsc -p tsconfig.build.json
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${RUNTIME_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Trunkline" \
      org.opencontainers.image.description="Runs Microsoft Teams Direct Routing for the customers of a telephone service provider, from YAML in Git" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
ENV TRUNKLINE_COMMIT=${REVISION}
WORKDIR /app
# Owned by root: the process can change nothing of it, whatever file system it is given.
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY LICENSE ./
USER 65532:65532
EXPOSE 8080
# A small young generation: what the watches receive dies there within milliseconds. With Node's default it piled up to the limit of memory
# outside the heap, which V8 answers with a collection of everything, a dozen of them during the first list, and 130 MiB more of residence.
ENTRYPOINT ["/nodejs/bin/node", "--max-old-space-size-percentage=75", "--max-semi-space-size=8", "--enable-source-maps", "/app/dist/operator/main.js"]
CMD ["--help"]
