# Handrail as a container job. Mount a folder with config.toml at /data; the database is kept beside it.
#   docker build -t handrail . && docker run --rm -v "$PWD/data:/data" -e ASANA_TOKEN -e NOTION_TOKEN handrail
FROM python:3.13-slim-bookworm AS build
RUN python -m venv /opt/handrail
ENV PATH=/opt/handrail/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements-run.lock ./
RUN pip install --require-hashes -r requirements-run.lock
COPY pyproject.toml README.md LICENSE ./
COPY connectors ./connectors
COPY rules ./rules
COPY sync ./sync
RUN pip install --no-deps --no-build-isolation .

FROM python:3.13-slim-bookworm
RUN useradd --uid 10001 --create-home handrail && install -d -o handrail -g handrail /data
COPY --from=build /opt/handrail /opt/handrail
ENV PATH=/opt/handrail/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER handrail
WORKDIR /data
VOLUME /data
# No shell in between: `docker stop`'s SIGTERM reaches the process, which parks its work within the ten seconds given.
ENTRYPOINT ["handrail"]
CMD ["run"]
