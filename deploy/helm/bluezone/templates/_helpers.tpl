{{- define "bluezone.name" -}}
{{- if contains "bluezone" .Release.Name }}{{ .Release.Name | trunc 50 }}{{ else }}{{ printf "%s-bluezone" .Release.Name | trunc 50 }}{{ end -}}
{{- end }}

{{- define "bluezone.labels" -}}
{{ include "bluezone.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "bluezone.selector" -}}
app.kubernetes.io/name: bluezone
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* What every pod has: no root, no token of the cluster, nothing of itself to write to. */ -}}
{{- define "bluezone.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "bluezone.container" -}}
image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
env:
  - name: BLUEZONE_MASTER_KEY_FILE
    value: /run/bluezone/master-key
  - name: DATABASE_URL
    valueFrom: {secretKeyRef: {name: {{ .Values.secretName }}, key: database-url}}
  # Reports are read there, if the Secret names a replica.
  - name: DATABASE_REPLICA_URL
    valueFrom: {secretKeyRef: {name: {{ .Values.secretName }}, key: database-replica-url, optional: true}}
  {{- if .Values.caConfigMapName }}
  - name: PGSSLROOTCERT
    value: /etc/bluezone-ca/ca.pem
  {{- end }}
  - name: BLUEZONE_LOG_FORMAT
    value: {{ .Values.logFormat }}
  {{- with .Values.otel.endpoint }}
  - name: OTEL_EXPORTER_OTLP_ENDPOINT
    value: {{ . | quote }}
  {{- end }}
  {{- with .Values.env }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  - name: BLUEZONE_OBJECTS
    value: {{ required "objects.at: a bucket is needed, many nodes share no folder" .Values.objects.at | quote }}
  - name: AWS_ACCESS_KEY_ID
    valueFrom: {secretKeyRef: {name: {{ .Values.secretName }}, key: access-key-id}}
  - name: AWS_SECRET_ACCESS_KEY
    valueFrom: {secretKeyRef: {name: {{ .Values.secretName }}, key: secret-access-key}}
  - name: AWS_REGION
    value: {{ .Values.objects.region | quote }}
  {{- with .Values.objects.endpoint }}
  - name: AWS_ENDPOINT
    value: {{ . | quote }}
  {{- if hasPrefix "http://" . }}
  - name: AWS_ALLOW_HTTP
    value: "true"
  {{- end }}
  {{- end }}
{{- end }}

{{- /* The directory that commands start in, and the settings. */ -}}
{{- define "bluezone.mounts" -}}
- {name: data, mountPath: /var/lib/bluezone}
- {name: settings, mountPath: /etc/bluezone, readOnly: true}
{{ include "bluezone.keyMount" . }}
{{- end }}

{{- /* The master key as a file: an environment is seen by whoever may look at the pod's processes. And whom the database's certificate
is from. */ -}}
{{- define "bluezone.keyMount" -}}
- {name: master-key, mountPath: /run/bluezone, readOnly: true}
{{- if .Values.caConfigMapName }}
- {name: ca, mountPath: /etc/bluezone-ca, readOnly: true}
{{- end }}
{{- end }}

{{- define "bluezone.keyVolume" -}}
- name: master-key
  secret:
    secretName: {{ .Values.secretName }}
    defaultMode: 0440
    items: [{key: master-key, path: master-key}]
{{- if .Values.caConfigMapName }}
- name: ca
  configMap: {name: {{ .Values.caConfigMapName }}, items: [{key: ca.pem, path: ca.pem}]}
{{- end }}
{{- end }}

{{- define "bluezone.volumes" -}}
- name: data
  emptyDir: {}
- name: settings
  {{- if .Values.configSecretName }}
  secret:
    secretName: {{ .Values.configSecretName }}
    items: [{key: config.json, path: config.json}]
  {{- else }}
  configMap: {name: {{ include "bluezone.name" . }}}
  {{- end }}
{{ include "bluezone.keyVolume" . }}
{{- end }}

{{- /* Settings are read at the start: pods begin anew when they change. */ -}}
{{- define "bluezone.annotations" -}}
bluezone/settings: {{ toJson .Values.config | sha256sum }}
{{- with .Values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* The port of an address: the one that it names, or its scheme's. */ -}}
{{- define "bluezone.port" -}}
{{- with regexFind ":[0-9]+$" (urlParse .).host }}{{ trimPrefix ":" . }}{{ else }}{{ hasPrefix "http://" . | ternary 80 443 }}{{ end }}
{{- end }}
