metadata description = 'Who the app is towards storage, the vault and telemetry: one user-assigned identity, no keys.'

import { tagMap } from '../settings.bicep'

@description('The identity\'s name.')
param name string

@description('Where it lives.')
param location string

@description('Tags.')
param tags tagMap

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('The resource id.')
output id string = identity.id

@description('What is named in role assignments.')
output principalId string = identity.properties.principalId

@description('What the app names when it asks for a token.')
output clientId string = identity.properties.clientId
