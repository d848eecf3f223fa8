# The tools with the Swift runtime inside, and of the system only the libraries that they need.
#
#     docker build --build-arg BYOL_COMMIT=$(git rev-parse --short=12 HEAD) -t byol-checkpoints .
#     docker run --rm -v "$PWD:/data" byol-checkpoints byol-convert net.ckpt net.h5

FROM swift:6.2-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
       libdnnl-dev libhdf5-dev libopenblas-dev libpng-dev libturbojpeg0-dev pkg-config zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
ARG BYOL_COMMIT=
RUN DESTDIR=/installed ./dev install /usr

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
       libdnnl2 libhdf5-103-1 libopenblas0-pthread libpng16-16 libstdc++6 libturbojpeg0 zlib1g \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /installed/ /
WORKDIR /data
CMD ["byol-convert", "--help"]
