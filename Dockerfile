# The hub as an image. Postgres and Redis come from elsewhere (docker-compose.yml shows it all together).
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/hub
COPY requirements.txt ./
RUN /opt/hub/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY db ./db
COPY hub ./hub
COPY web ./web
# Not editable: the image holds the built package and no source tree.
RUN /opt/hub/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/hub hub
COPY --from=build /opt/hub /opt/hub
ENV PATH=/opt/hub/bin:$PATH PYTHONUNBUFFERED=1 HUB_HOST=0.0.0.0 HUB_PORT=8080 HUB_DATA_DIR=/var/lib/hub/data
USER hub
WORKDIR /var/lib/hub
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD \
    ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/readyz', timeout=2)"]
# The hub drains on SIGTERM within about ten seconds.
STOPSIGNAL SIGTERM
CMD ["hub", "serve"]
