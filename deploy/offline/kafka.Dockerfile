FROM picly-offline/node
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless >/dev/null && rm -rf /var/lib/apt/lists/*
COPY jars /opt/kafka/libs
COPY kafka-entrypoint.sh /entrypoint.sh
VOLUME /var/lib/kafka/data
EXPOSE 9092
ENTRYPOINT ["sh", "/entrypoint.sh"]
