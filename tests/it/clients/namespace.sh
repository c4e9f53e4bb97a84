# Runs in a network and a mount namespace of its own: the service's name stands for an address here, and nothing else is
# reachable. Arguments: folder, python, retake, and what retake is to do.
set -eu
folder=$1 python=$2 retake=$3
shift 3
ip link set lo up
ip addr add 203.0.113.7/32 dev lo
mount --bind "$folder/hosts" /etc/hosts
"$python" "$SERVICE" "$folder/cert.pem" "$folder/key.pem" 203.0.113.7 443 "$folder/ready" >"$folder/counts" &
service=$!
until [ -e "$folder/ready" ]; do kill -0 "$service"; sleep 0.1; done
code=0
SSL_CERT_FILE="$folder/ca.pem" "$retake" "$@" || code=$?
kill "$service"
wait "$service" || true
exit "$code"
