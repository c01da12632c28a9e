#!/bin/sh
# The part of apache/kafka's entrypoint that a compose file relies on: KAFKA_A_B=v becomes a.b=v; format once, then run.
set -eu
properties=/tmp/server.properties
env | sed -n 's/^KAFKA_//p' | grep -v '^HEAP_OPTS=' | while IFS='=' read -r name value; do
  printf '%s=%s\n' "$(printf '%s' "$name" | tr 'A-Z_' 'a-z.')" "$value"
done > "$properties"
grep -q '^log.dirs=' "$properties" || echo 'log.dirs=/var/lib/kafka/data' >> "$properties"
java -cp '/opt/kafka/libs/*' kafka.tools.StorageTool format -t "${CLUSTER_ID:-5L6g3nShT-eMCtK--X86sw}" -c "$properties" --ignore-formatted >/dev/null
exec java ${KAFKA_HEAP_OPTS:--Xmx512m} -cp '/opt/kafka/libs/*' kafka.Kafka "$properties"
