using 'main.bicep'

// A small deployment: one instance for HTTP is always ready, everything else runs when there is something to do.

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'webhooks')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
param operatorId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')

// Examples: put your own senders in their place. The app is not ready until every source here has its secret in the vault.
param sources = {
  begini: {
    Scheme: 'begini'
    Secrets: ['begini-api-key']
  }
  standardwebhooks: {
    Scheme: 'standard-webhooks'
    Secrets: ['standardwebhooks-secret']
  }
  aghanim: {
    Scheme: 'aghanim'
    Secrets: ['aghanim-secret']
  }
  qitech: {
    Scheme: 'qi-tech'
    Secrets: ['qitech-public-key']
    ClientKey: 'qitech-client-key'
  }
}
