{{- define "trunkline.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "trunkline.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 53 | trimSuffix "-" }}
{{- else if contains (include "trunkline.name" .) .Release.Name }}
{{- .Release.Name | trunc 53 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "trunkline.name" .) | trunc 53 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "trunkline.selectorLabels" -}}
app.kubernetes.io/name: {{ include "trunkline.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "trunkline.labels" -}}
{{ include "trunkline.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "trunkline.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "trunkline.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "trunkline.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{/* What the operator does with objects of a namespace that it works in. */}}
{{- define "trunkline.workRules" -}}
- apiGroups: [trunkline.dev]
  resources: [customers, sitelocations, sbcdevices, numberranges, invitations]
  # patch: finalizers. A spec is never written.
  verbs: [get, list, watch, patch]
- apiGroups: [trunkline.dev]
  resources: [customers/status, sitelocations/status, sbcdevices/status, numberranges/status, invitations/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [secrets]
  # By reference only: no list, no watch.
  verbs: [get]
- apiGroups: [""]
  resources: [configmaps]
  # Prefixes by reference; long lists of granted numbers in ConfigMaps of its own.
  verbs: [get, create, patch]
- apiGroups: [externaldns.k8s.io]
  resources: [dnsendpoints]
  verbs: [get, list, create, patch, delete]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{/* The file that operator/config/load.ts reads. */}}
{{- define "trunkline.config" -}}
installation: {{ .Values.installation | quote }}
namespace: {{ .Release.Namespace | quote }}
watchNamespaces: {{ toJson .Values.watchNamespaces }}
actuation: {{ .Values.actuation }}
defaults:
  changePolicy: {{ .Values.defaults.changePolicy }}
provider:
  name: {{ .Values.provider.name | quote }}
{{- with .Values.portalUrl }}
portalUrl: {{ . | quote }}
{{- end }}
cloud:
  name: {{ .Values.cloud.name }}
  {{- if eq .Values.cloud.name "Custom" }}
  login: {{ required "cloud.login is required with cloud.name Custom" .Values.cloud.login | quote }}
  graph: {{ required "cloud.graph is required with cloud.name Custom" .Values.cloud.graph | quote }}
  teamsAdmin: {{ required "cloud.teamsAdmin is required with cloud.name Custom" .Values.cloud.teamsAdmin | quote }}
  {{- if .Values.cloud.caConfigMap }}
  caFile: /etc/trunkline-cloud/ca.crt
  {{- end }}
  {{- end }}
{{- if .Values.mail.host }}
mail:
  host: {{ .Values.mail.host | quote }}
  port: {{ .Values.mail.port }}
  security: {{ .Values.mail.security }}
  from: {{ required "mail.from is required with mail.host" .Values.mail.from | quote }}
  {{- with .Values.mail.username }}
  username: {{ . | quote }}
  {{- end }}
  {{- if .Values.mail.passwordSecret }}
  passwordFile: /etc/trunkline-mail/password
  {{- end }}
{{- end }}
tenantPollSeconds: {{ .Values.tenantPollSeconds }}
resyncSeconds: {{ .Values.resyncSeconds }}
concurrency: {{ .Values.concurrency }}
lanes:
  inFlight: {{ .Values.inFlight }}
leaderElection:
  enabled: true
  name: {{ include "trunkline.fullname" . }}
server:
  host: 0.0.0.0
  port: 8080
logLevel: {{ .Values.logLevel }}
{{- end }}
