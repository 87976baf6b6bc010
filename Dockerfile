# docker build -t beckon . builds the Debian package and installs it. docs/operations.md says how to run it.
FROM debian:12 AS build
WORKDIR /src
COPY . .
RUN script/package && mv build/release/beckon_*.deb /beckon.deb

FROM debian:12-slim
COPY --from=build /beckon.deb /tmp/
# The key that the package makes would be the same wherever the image runs: whoever runs it brings one.
RUN groupadd --gid 10001 beckon && useradd --uid 10001 --gid beckon --no-create-home --home-dir /var/lib/beckon beckon && \
    apt-get update -qq && apt-get install -y -qq --no-install-recommends /tmp/beckon.deb && \
    rm -rf /tmp/beckon.deb /etc/beckon/master.key /var/lib/apt/lists/*
USER beckon
VOLUME /var/lib/beckon
EXPOSE 8080
ENV BECKON_DATA=/var/lib/beckon BECKON_LISTEN=0.0.0.0:8080 BECKON_MASTER_KEY_FILE=/run/secrets/beckon-master-key
ENTRYPOINT ["/usr/bin/beckon"]
CMD ["serve"]
