# Two stages: the toolchain builds, the image holds two programs, the plugins and four libraries.
# Exact versions; a digest, which cannot be had without a registry, is added by whoever publishes: docker buildx imagetools inspect IMAGE.
FROM swift:6.3.1-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends liblua5.4-dev libpq-dev libseccomp-dev libsqlite3-dev make pkg-config zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN make release

FROM debian:12.11-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl liblua5.4-0 libpq5 libseccomp2 libsqlite3-0 libstdc++6 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /var/lib/fairlead --create-home --shell /usr/sbin/nologin fairlead
COPY --from=build /src/dist/fairlead /src/dist/fairlead-lua /usr/bin/
COPY --from=build /src/plugins /usr/share/fairlead/plugins
# What a container needs otherwise than a machine; the settings file says the rest.
ENV FAIRLEAD_SERVER_HOST=0.0.0.0 \
    FAIRLEAD_SERVER_PORT=8080 \
    FAIRLEAD_STORE_URL=sqlite:/var/lib/fairlead/fairlead.db \
    FAIRLEAD_PLUGINS_PATHS=/usr/share/fairlead/plugins \
    SWIFT_BACKTRACE=interactive=no,color=no
USER fairlead
WORKDIR /etc/fairlead
VOLUME /var/lib/fairlead
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD curl --fail --silent http://127.0.0.1:8080/healthz
ENTRYPOINT ["/usr/bin/fairlead"]
CMD ["serve", "--config", "/etc/fairlead/fairlead.yaml"]
